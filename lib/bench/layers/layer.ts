/** What a layer computes in. */
export type LayerPrecision = 'INT8' | 'INT4' | 'FP4' | 'FP8' | 'FP16' | 'BF16' | 'FP32' | 'FP64' | 'other';

/** A layer of an engine, or a kernel of ONNX Runtime: one or several ONNX nodes fused, or a conversion between two. */
export interface Layer {
  readonly name: string;
  /** The library's word for what it is; empty where it is not told. */
  readonly operator: string;
  /** The ONNX nodes in it, as far as the library tells; Q and DQ included where they are layers of their own. */
  readonly nodes: readonly string[];
  /** Null where the library does not tell: an engine needs `--profiling-verbosity detailed` for it. */
  readonly precision: LayerPrecision | null;
  /** Whether it only changes type or memory layout. */
  readonly isReformat: boolean;
  /** Median of its time in a run, in ms; null where it was not measured. A mean would show whatever interrupted one of the runs. */
  readonly medianMs: number | null;
}

/** An ONNX node that should run in INT8 and does not. */
export interface Fallback {
  readonly node: string;
  /** The layer that it is in. */
  readonly layer: string;
  readonly precision: LayerPrecision;
  readonly medianMs: number | null;
}

/** Layers and their time. */
export interface Share {
  readonly layers: number;
  /** Sum of the layers' medians; null where none was measured. */
  readonly medianMs: number | null;
}

/** What became of a model in an engine, or in ONNX Runtime. */
export interface LayerSummary {
  readonly layers: number;
  /** By precision, reformats apart; `unknown` holds the layers that the library says nothing of. */
  readonly byPrecision: Readonly<Partial<Record<LayerPrecision | 'unknown', Share>>>;
  readonly reformats: Share;
  /** Of the nodes that the Q/DQ model asks to run in INT8: those that do. */
  readonly int8: readonly string[];
  /** Those that do not. */
  readonly fallbacks: readonly Fallback[];
  /** Those whose layer was not found, or does not tell its precision. */
  readonly unknown: readonly string[];
}
