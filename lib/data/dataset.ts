import { CalibrtError, throwIfAborted } from '../errors.js';
import { hashSamples } from './hash.js';
import type { Preprocess } from './images/preprocess.js';
import { assignLabels, readLabels } from './labels.js';
import { mapInOrder } from './map-in-order.js';
import { openSource } from './sources/open-source.js';
import { pairSources, type PairedSource } from './sources/pair.js';
import type { DataSpec, ModelInput } from './spec.js';
import type { NamedTensors } from './tensor.js';

/** One sample, ready for the network: every input has its batch axis, of length 1. */
export interface Sample {
  readonly name: string;
  readonly inputs: NamedTensors;
  /** Index of its class, where known. */
  readonly label?: number;
}

/** What a dataset is, for people, tables and reports. */
export interface DatasetDescription {
  /** `images`, `npy`, …; of several sources, joined by ` + `. */
  readonly kind: string;
  /** What is done to the images of each input that takes images. */
  readonly preprocess: Readonly<Record<string, Preprocess>>;
  readonly classNames?: readonly string[];
}

/** Samples that can be read in any order. Opening reads names and headers, never the samples. */
export interface Dataset {
  readonly inputs: readonly ModelInput[];
  readonly size: number;
  /** One name per sample: its path, or its array's path and row. */
  readonly names: readonly string[];
  /** Whether samples have labels. */
  readonly labelled: boolean;
  describe(): DatasetDescription;
  /** @throws CalibrtError `ERR_DATA_*` naming the file, what was expected and what was found. */
  read(index: number, signal?: AbortSignal): Promise<Sample>;
  /**
   * A hash (64 hex digits) of the content of the chosen samples, whatever their order, names and places: the statistics of the same
   * content are the same. See `hashSamples`.
   */
  hash(indices: readonly number[], signal?: AbortSignal): Promise<string>;
}

/** Files hashed at a time. */
const HASHES_AT_ONCE = 4;

/**
 * Opens the samples that `spec` describes for a network with `inputs`.
 *
 * @throws CalibrtError `ERR_DATA_NOT_FOUND`, `ERR_DATA_EMPTY`, `ERR_DATA_FORMAT`, `ERR_DATA_SHAPE`, `ERR_DATA_DTYPE`, or `ERR_USAGE`
 * for preprocessing that makes no sense, or an input that there is not.
 */
export async function openDataset(
  spec: DataSpec,
  inputs: readonly ModelInput[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<Dataset> {
  throwIfAborted(options.signal);
  if (spec.sources.length === 0) throw new CalibrtError('ERR_USAGE', 'no samples: say where they are with --data PATH');
  const sources = await Promise.all(spec.sources.map((source) => openSource(source, inputs, spec.preprocess ?? {})));
  const source = pairSources(sources, inputs);
  checkPreprocessUsed(spec, source);
  const labels = spec.labels === undefined ? undefined : await readLabels(spec.labels);
  if (labels === undefined) return new SourceDataset(inputs, source, source.labels, source.classNames);
  return new SourceDataset(inputs, source, assignLabels(source.names, labels, spec.labels!), labels.classNames);
}

/** Arrays are taken as they are: whoever asks for a mean must not believe that it was subtracted. */
function checkPreprocessUsed({ preprocess = {} }: DataSpec, source: PairedSource): void {
  const asked = Object.entries(preprocess).filter(([, value]) => value !== undefined);
  if (asked.length === 0 || Object.keys(source.preprocess).length > 0) return;
  const options = asked.map(([name]) => name).join(', ');
  throw new CalibrtError(
    'ERR_USAGE',
    `preprocessing (${options}) applies to images, but the samples are ${source.kind}: leave it out, or apply it when saving them`,
  );
}

class SourceDataset implements Dataset {
  readonly inputs: readonly ModelInput[];
  readonly #source: PairedSource;
  readonly #labels: readonly (number | undefined)[] | undefined;
  readonly #classNames: readonly string[] | undefined;

  constructor(
    inputs: readonly ModelInput[],
    source: PairedSource,
    labels: readonly (number | undefined)[] | undefined,
    classNames: readonly string[] | undefined,
  ) {
    this.inputs = inputs;
    this.#source = source;
    this.#labels = labels;
    this.#classNames = classNames;
  }

  describe(): DatasetDescription {
    const { kind, preprocess } = this.#source;
    return { kind, preprocess, ...(this.#classNames && { classNames: this.#classNames }) };
  }

  get size(): number {
    return this.#source.names.length;
  }

  get names(): readonly string[] {
    return this.#source.names;
  }

  get labelled(): boolean {
    return this.#labels !== undefined;
  }

  async read(index: number, signal?: AbortSignal): Promise<Sample> {
    throwIfAborted(signal);
    const name = this.names[index];
    if (name === undefined) throw new RangeError(`sample ${index} of ${this.size}`);
    const inputs = await this.#source.read(index, signal);
    const label = this.#labels?.[index];
    return { name, inputs, ...(label !== undefined && { label }) };
  }

  async hash(indices: readonly number[], signal?: AbortSignal): Promise<string> {
    const digests: string[] = [];
    const digest = (index: number): Promise<string> => this.#source.digest(index, signal);
    for await (const value of mapInOrder(indices, digest, { ahead: HASHES_AT_ONCE, ...(signal && { signal }) })) {
      digests.push(value);
    }
    return hashSamples(digests);
  }
}
