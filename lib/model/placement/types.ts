/** Whose rules a quantized graph follows: TensorRT's, or those of ONNX Runtime's fast CPU kernels. */
export type GraphForm = 'tensorrt' | 'onnxruntime';

/** Options of {@link placeQdq}. */
export interface PlacementOptions {
  readonly form: GraphForm;
  /** Only nodes whose name matches one of these (glob, or regular expression between slashes) are quantized. */
  readonly include?: readonly string[] | undefined;
  /** Nodes whose name matches one of these stay as they are. */
  readonly exclude?: readonly string[] | undefined;
  /** Only these operators are quantized. */
  readonly opTypes?: readonly string[] | undefined;
  /** Tensors at which the part to quantize begins; default: the graph inputs. */
  readonly inputs?: readonly string[] | undefined;
  /** Tensors at which it ends; what follows stays as it is. Default: the graph outputs. */
  readonly outputs?: readonly string[] | undefined;
  /** Weights with one scale per output channel (default) or one in all. */
  readonly weights?: 'per-channel' | 'per-tensor' | undefined;
  /** Shapes of tensors as a run of the model showed them; without them, limits on sizes apply where the model states shapes. */
  readonly shapes?: ReadonlyMap<string, readonly number[]> | undefined;
}

/** One input of one node, the node by name. */
export interface Edge {
  readonly node: string;
  readonly input: number;
}

/** A rule's word on a node. */
export interface Verdict {
  /** Whether the node computes on quantized inputs. */
  readonly quantized: boolean;
  /** The rule that decided, a stable word. */
  readonly rule: string;
  /** Why, in one sentence. */
  readonly reason: string;
}

/** The verdict on one node. */
export interface NodeDecision extends Verdict {
  readonly node: string;
  readonly opType: string;
}

/** A tensor that is quantized, and the readers that get the quantized form; other readers keep the original. */
export interface ActivationPoint {
  readonly tensor: string;
  readonly edges: readonly Edge[];
  /** Whether the graph output of this name is taken from the quantized form too (ONNX Runtime's form). */
  readonly output: boolean;
}

/** A constant that is stored as INT8. As [outer, channels, inner] it has one scale per channel; `channels` 1: one in all. */
export interface WeightPoint {
  readonly tensor: string;
  readonly edges: readonly Edge[];
  /** The axis of the channels; `undefined`: one scale. */
  readonly axis: number | undefined;
  readonly outer: number;
  readonly channels: number;
  readonly inner: number;
}

/** A bias that is stored as INT32 with the scale of input times weights (ONNX Runtime's form). */
export interface BiasPoint {
  readonly tensor: string;
  readonly edge: Edge;
  /** The tensors whose scales multiply to the bias's. */
  readonly activation: string;
  readonly weight: string;
}

/** Where Q/DQ go in a graph, and why. */
export interface Placement {
  readonly form: GraphForm;
  /** Every node of the graph, in order. */
  readonly nodes: readonly NodeDecision[];
  readonly activations: readonly ActivationPoint[];
  readonly weights: readonly WeightPoint[];
  readonly biases: readonly BiasPoint[];
  /** Tensors that share one range, which has to hold all their values. Disjoint; each with two or more. */
  readonly groups: readonly (readonly string[])[];
  readonly warnings: readonly string[];
}
