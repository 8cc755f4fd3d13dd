/** What a tensor's values were while statistics were gathered. */
export interface ObservedValues {
  readonly min: number;
  readonly max: number;
  /** Finite values, zeros included; absent where the table's format does not record counts. */
  readonly count?: number;
  readonly zeros?: number;
  readonly nans?: number;
  readonly infinities?: number;
}

/** How one tensor is quantized: q = clamp(round(x / scale) + zeroPoint). */
export interface TensorRange {
  /** What quantization represents; values outside are clipped. Symmetric: min = -max. */
  readonly min: number;
  readonly max: number;
  /** max(|min|, |max|). */
  readonly amax: number;
  /** A float32 value, exactly. Symmetric: amax / 127. 0 where every value was 0. */
  readonly scale: number;
  /** 0 for a symmetric range (INT8); else the UINT8 value that stands for 0. */
  readonly zeroPoint: number;
  readonly observed?: ObservedValues;
}

/** What activations depend on beside model and data: statistics that differ in it do not merge. */
export interface TableConditions {
  /** Version of calibrt. */
  readonly calibrt: string;
  readonly onnxruntime: string;
  /** Of the CPU's kernels: `avx512`, `avx2` or `portable`. */
  readonly instructionSet: string;
  /** ONNX Runtime's intra-op threads. */
  readonly threads: number;
}

/** The samples behind a table. */
export interface TableData {
  /** `Dataset.hash` of the samples; null where they came from an iterable. */
  readonly hash: string | null;
  /** Samples calibrated on. */
  readonly samples: number;
  /** What was done to them; plain data, compared as a whole. */
  readonly preprocessing: unknown;
}

/** A file's bytes as they were read, so that what is not changed is written back as it was. */
export interface TableOrigin {
  readonly format: TableFormatName;
  readonly bytes: Uint8Array;
}

/** The format of a table's file: calibrt's JSON, TensorRT's calibration cache, tpu-mlir's text. */
export type TableFormatName = 'calibrt' | 'tensorrt' | 'tpu-mlir';

/**
 * The ranges of a network's activations, with what they came from. Formats of others hold less: what is absent was not recorded.
 */
export interface CalibrationTable {
  /** The calibrator with its parameters, `percentile(99.99)`; a TensorRT cache's algorithm. */
  readonly method: string;
  readonly model?: { readonly name: string; readonly sha256: string };
  readonly data?: TableData;
  readonly conditions?: TableConditions;
  /** By tensor name. */
  readonly tensors: Readonly<Record<string, TensorRange>>;
  /** Packed statistics by tensor name (see `packStatistics`): what merging and other methods start from. */
  readonly statistics?: Readonly<Record<string, string>>;
  readonly origin?: TableOrigin;
}
