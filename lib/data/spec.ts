import type { DataType } from './tensor.js';

/** A network input, as the model declares it. Axis 0 is the batch; an axis that is `null` or a name may have any length. */
export interface ModelInput {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly (number | string | null)[];
}

/** One `--data`: a folder, a `.npy`, `.npz` or list file, and the input that it feeds. */
export interface DataSource {
  /** Absent: the network's only input, or all of them where the samples name theirs (`.npz` keys, columns of a list). */
  readonly input?: string;
  readonly path: string;
}

/** How the picture gets into the size of the input: squeezed to it, whole with padding, or filled with the edges cropped. */
export type Fit = 'stretch' | 'contain' | 'cover';

/** The order of an image's channels; `gray` is one channel. */
export type PixelFormat = 'rgb' | 'bgr' | 'gray';

/** Where the channels are: before the rows or after the columns. */
export type Layout = 'nchw' | 'nhwc';

/** Means and deviations by name, on 0..255 values; see `presets` in images/preprocess.ts. */
export type PreprocessPreset = 'imagenet' | 'unit' | 'symmetric' | 'raw';

/** What is done to an image before it becomes a tensor; everything absent is inferred from the input or left alone. */
export interface PreprocessSpec {
  /** Width and height; default: the model's input size. `native` keeps each image's own, for inputs of any size. */
  readonly resize?: readonly [number, number] | 'native';
  /** Default `stretch`. */
  readonly fit?: Fit;
  /** What `contain` pads with, 0..255, before mean and deviation; default 0. */
  readonly padValue?: number;
  /** Default: `gray` for a one-channel input, else `rgb`. */
  readonly pixelFormat?: PixelFormat;
  /** Subtracted from 0..255 values: one number, or one per channel in the order of `pixelFormat`. */
  readonly mean?: readonly number[];
  /** Divides what `mean` left. Excludes `scale`. */
  readonly std?: readonly number[];
  /** Multiplies what `mean` left. Excludes `std`. */
  readonly scale?: readonly number[];
  /** Default: where the input's shape has its 1 or 3 channels; `nchw` when that does not tell. */
  readonly layout?: Layout;
  /** Gives `mean` and `std`; explicit values win. */
  readonly preset?: PreprocessPreset;
}

/**
 * Where samples come from and what is done to them. Plain data: a forked child opens it again, so paths that are relative
 * are relative to the working directory of both.
 */
export interface DataSpec {
  readonly sources: readonly DataSource[];
  readonly preprocess?: PreprocessSpec;
  /** A text file of `file label` lines. Absent: class-named subfolders give the labels, if there are any. */
  readonly labels?: string;
}

/** What one input of one sample looks like, so that wrong preprocessing is seen. */
export interface SampleSummary {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}
