import { externalFiles } from './hash.js';
import type { Model } from './model.js';
import type { TensorInfo } from './value-info.js';

/** What a model holds, for `calibrt inspect`. */
export interface ModelDescription {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly opset: number;
  /** Operator sets of other domains. */
  readonly domains: Readonly<Record<string, number>>;
  readonly irVersion: number;
  readonly producer: string;
  readonly nodes: number;
  /** How often each operator occurs, most frequent first. */
  readonly operators: Readonly<Record<string, number>>;
  /** Constant values. */
  readonly parameters: number;
  /** Bytes of constants by element type. */
  readonly bytes: Readonly<Record<string, number>>;
  readonly quantization: {
    readonly quantizeLinear: number;
    readonly dequantizeLinear: number;
    /** Constants that DequantizeLinear reads as INT8. */
    readonly int8Weights: number;
    readonly int8WeightBytes: number;
  };
  /** External data files, relative to the model. */
  readonly externalFiles: readonly string[];
}

/** Summarizes a model without reading its weights. */
export function describeModel(model: Model): ModelDescription {
  const counts = new Map<string, number>();
  for (const { opType, domain } of model.nodes) {
    const name = domain === '' ? opType : `${domain}.${opType}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const bytes: Record<string, number> = {};
  let parameters = 0;
  for (const tensor of model.initializers.values()) {
    parameters += tensor.size;
    bytes[tensor.dtype] = (bytes[tensor.dtype] ?? 0) + tensor.byteLength;
  }
  const weights = int8Weights(model);
  return {
    inputs: model.inputs.map(plain),
    outputs: model.outputs.map(plain),
    opset: model.opset,
    domains: Object.fromEntries([...model.opsetImports].filter(([domain]) => domain !== '')),
    irVersion: model.irVersion,
    producer: model.producer,
    nodes: model.nodes.length,
    operators: Object.fromEntries([...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))),
    parameters,
    bytes,
    quantization: {
      quantizeLinear: counts.get('QuantizeLinear') ?? 0,
      dequantizeLinear: counts.get('DequantizeLinear') ?? 0,
      int8Weights: weights.length,
      int8WeightBytes: weights.reduce((sum, size) => sum + size, 0),
    },
    externalFiles: externalFiles(model.initializers.values()),
  };
}

const plain = ({ name, dtype, shape }: TensorInfo): TensorInfo => ({ name, dtype, shape });

function int8Weights(model: Model): number[] {
  const names = new Set(model.nodes.filter((node) => node.is('DequantizeLinear')).map((node) => node.inputs[0] ?? ''));
  return [...names].flatMap((name) => {
    const tensor = model.initializers.get(name);
    return tensor?.dtype === 'int8' ? [tensor.byteLength] : [];
  });
}
