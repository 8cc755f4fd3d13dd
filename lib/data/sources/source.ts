import type { Preprocess } from '../images/preprocess.js';
import type { NamedTensors, Tensor } from '../tensor.js';

/** Reads one file as (a part of) one sample. */
export interface SampleFileReader {
  /** What the files are, for a person: `images`, `npy`. */
  readonly kind: string;
  /** The inputs that a file feeds. */
  readonly inputs: readonly string[];
  /** What is done to images. */
  readonly preprocess?: Preprocess;
  /** The tensors of the file at `path`, ready for the network. */
  read(path: string, signal?: AbortSignal): Promise<NamedTensors>;
}

/** Samples from one `--data`, which feed some of the network's inputs. */
export interface SampleSource {
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly preprocess?: Readonly<Record<string, Preprocess>>;
  /** One per sample: what messages call it. */
  readonly names: readonly string[];
  /** One per sample: what pairs it with the samples of other sources, and what a labels file may call it; absent: its place. */
  readonly keys?: readonly string[];
  /** Class of each sample, from class-named folders. */
  readonly labels?: readonly number[];
  readonly classNames?: readonly string[];
  read(index: number, signal?: AbortSignal): Promise<Readonly<Record<string, Tensor>>>;
  /** SHA-256 of the sample's content (hex): equal content gives equal digests, whatever its name and place. */
  digest(index: number, signal?: AbortSignal): Promise<string>;
}
