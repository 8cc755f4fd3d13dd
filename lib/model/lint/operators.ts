import type { GraphNode } from '../node.js';

/** Operators with an INT8 kernel that takes weights, or two activations. */
export function isWeighted(node: GraphNode): boolean {
  return node.is('Conv', 'ConvTranspose', 'Gemm', 'MatMul');
}

/** Convolutions, which take an addition after them in. */
export function isConvolution(node: GraphNode | undefined): boolean {
  return node?.is('Conv', 'ConvTranspose') === true;
}

const fusing = new Set(
  (
    'BatchNormalization Clip Elu Gelu HardSigmoid HardSwish LeakyRelu Mish PRelu Relu Selu Sigmoid Softplus Swish Tanh ThresholdedRelu ' +
    'Softmax LogSoftmax Erf Exp Neg Abs Sqrt'
  ).split(' '),
);

/** Functions of one activation, which fuse with the operator before them or run in float. */
export function isFunction(node: GraphNode): boolean {
  return node.domain === '' && fusing.has(node.opType);
}

/** Padding with zeros, which have the same integer whatever the scale. */
export function padsZeros(node: GraphNode): boolean {
  return (
    node.is('Pad') && node.string('mode', 'constant') === 'constant' && !node.inputs[2] && node.float('value', 0) === 0
  );
}

/** An operator as messages name it: `Conv "layer1.0"`. */
export function named(node: GraphNode): string {
  return `${node.opType} "${node.name}"`;
}
