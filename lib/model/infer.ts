import { constantOf } from './constants.js';
import { elementTypeName, type ElementType } from './element-type.js';
import type { Graph } from './graph.js';
import type { GraphNode } from './node.js';

// Operators whose output has the rank of their first input.
const sameRank = new Set(
  (
    'Abs AveragePool BatchNormalization Cast Ceil Clip Concat Conv ConvTranspose DepthToSpace Dropout Elu Erf Exp Floor Gelu ' +
    'GlobalAveragePool GlobalMaxPool HardSigmoid HardSwish Hardmax Identity InstanceNormalization LRN LayerNormalization LeakyRelu Log ' +
    'LogSoftmax MaxPool Mish Neg PRelu Pad Relu Resize Selu Sigmoid Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Tanh ' +
    'ThresholdedRelu Tile TopK Transpose Upsample'
  ).split(' '),
);
const broadcast = new Set('Add Div Max Mean Min Mul Pow Sub Sum Where'.split(' '));

/** The number of dimensions of every tensor that the model states or whose producers show it, without running anything. */
export function inferRanks(graph: Graph): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  for (const value of [...graph.values, ...graph.outputs, ...graph.inputs]) {
    if (value.shape) ranks.set(value.name, value.shape.length);
  }
  for (const [name, tensor] of graph.initializers) ranks.set(name, tensor.dims.length);
  for (const node of graph.nodes) {
    const rank = outputRank(graph, node, ranks);
    if (rank === undefined) continue;
    for (const output of node.outputs) if (output !== '' && !ranks.has(output)) ranks.set(output, rank);
  }
  return ranks;
}

function outputRank(graph: Graph, node: GraphNode, ranks: ReadonlyMap<string, number>): number | undefined {
  if (node.domain !== '') return undefined;
  const of = (index: number): number | undefined => ranks.get(node.inputs[index] ?? '');
  if (sameRank.has(node.opType)) return of(0);
  if (broadcast.has(node.opType)) {
    const all = node.inputs.map((_, index) => of(index));
    return all.includes(undefined) ? undefined : Math.max(...(all as number[]));
  }
  const constant = (index: number): ReturnType<typeof constantOf> => constantOf(graph, node.inputs[index] ?? '');
  switch (node.opType) {
    case 'Constant':
      return node.tensor('value')?.dims.length;
    case 'Flatten':
    case 'Gemm':
      return 2;
    case 'Reshape':
      return constant(1)?.dims[0] ?? concatLength(graph, node.inputs[1]);
    case 'Squeeze':
    case 'Unsqueeze': {
      const axes = node.ints('axes')?.length ?? constant(1)?.size;
      const rank = of(0);
      if (rank === undefined || axes === undefined) return undefined;
      return node.is('Squeeze') ? rank - axes : rank + axes;
    }
    case 'MatMul': {
      const [a = 0, b = 0] = [of(0), of(1)];
      return a >= 2 && b >= 2 ? Math.max(a, b) : undefined;
    }
    default:
      return undefined;
  }
}

// PyTorch writes the target of a Reshape as a Concat of one-element pieces.
function concatLength(graph: Graph, tensor: string | undefined): number | undefined {
  const node = tensor ? graph.producer(tensor) : undefined;
  if (!node?.is('Concat')) return undefined;
  const single = node.inputs.every((input) => {
    if (constantOf(graph, input)) return constantOf(graph, input)?.size === 1;
    const producer = graph.producer(input);
    if (!producer?.is('Unsqueeze')) return false;
    const axes = producer.ints('axes')?.length ?? constantOf(graph, producer.inputs[1] ?? '')?.size;
    const [inner = ''] = producer.inputs;
    const scalar = constantOf(graph, inner)?.dims.length === 0 || graph.producer(inner)?.is('Gather');
    return axes === 1 && scalar === true;
  });
  return single ? node.inputs.length : undefined;
}

const boolean = new Set('And Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Not Or Xor'.split(' '));
const integer = new Set('ArgMax ArgMin NonMaxSuppression NonZero Shape Size'.split(' '));
const unknown = new Set('EyeLike If Loop OneHot Optional Range Scan SequenceAt'.split(' '));

/** The element type of every tensor that the model states or whose producers show it. */
export function inferTypes(graph: Graph): ReadonlyMap<string, ElementType> {
  const types = new Map<string, ElementType>();
  for (const value of [...graph.values, ...graph.outputs, ...graph.inputs]) {
    if (value.dtype) types.set(value.name, value.dtype);
  }
  for (const [name, tensor] of graph.initializers) types.set(name, tensor.dtype);
  for (const node of graph.nodes) {
    node.outputs.forEach((output, index) => {
      const type = output === '' || types.has(output) ? undefined : outputType(node, index, types);
      if (type) types.set(output, type);
    });
  }
  return types;
}

function outputType(node: GraphNode, index: number, types: ReadonlyMap<string, ElementType>): ElementType | undefined {
  if (node.domain !== '' || unknown.has(node.opType)) return undefined;
  if (boolean.has(node.opType)) return 'bool';
  if (integer.has(node.opType)) return 'int64';
  const of = (input: number): ElementType | undefined => types.get(node.inputs[input] ?? '');
  switch (node.opType) {
    case 'Cast':
      return elementTypeName(node.int('to', 0));
    case 'Constant':
      return node.tensor('value')?.dtype;
    case 'ConstantOfShape':
      return node.tensor('value')?.dtype ?? 'float32';
    case 'DequantizeLinear':
    case 'Where':
      return of(1);
    case 'QuantizeLinear':
      return of(2) ?? 'uint8';
    case 'Dropout':
      return index === 0 ? of(0) : 'bool';
    case 'MaxPool':
    case 'TopK':
    case 'Unique':
      return index === 0 ? of(0) : 'int64';
    default:
      return of(0);
  }
}
