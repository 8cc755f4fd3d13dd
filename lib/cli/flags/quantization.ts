import type { Flag } from '../command.js';

/** How ranges are found. */
export const methodFlags: readonly Flag[] = [
  {
    name: 'method',
    type: 'string',
    value: 'NAME',
    choices: ['mse', 'entropy', 'minmax', 'percentile', 'kld', 'auto'],
    default: 'mse',
    description: 'how a range is chosen; auto: per tensor the one that costs the outputs least',
  },
  {
    name: 'percentile',
    type: 'number',
    value: 'P',
    default: '99.99',
    description: 'share kept by --method percentile',
  },
  {
    name: 'kld-variant',
    type: 'string',
    value: 'NAME',
    choices: ['notes', 'source'],
    default: 'notes',
    description: "which of tpu-mlir's two definitions --method kld follows",
  },
  {
    name: 'tune',
    type: 'integer',
    value: 'N',
    description:
      'of N ranges from the method’s to all that was observed, take the one that costs the next operators least',
  },
  {
    name: 'threads',
    type: 'integer',
    value: 'N',
    default: 'all cores',
    description: 'threads; recorded, as rounding depends on it',
  },
  {
    name: 'resume',
    type: 'string',
    value: 'FILE',
    description: 'keep how far the calibration is in FILE, and go on from there if it exists',
  },
];

/** Which nodes are quantized, and for whom. */
export const placementFlags: readonly Flag[] = [
  {
    name: 'for',
    type: 'string',
    value: 'RUNTIME',
    choices: ['tensorrt', 'onnxruntime'],
    default: 'tensorrt',
    description: "whose rules the graph follows: TensorRT's, or those of ONNX Runtime's fast CPU kernels",
  },
  {
    name: 'activations',
    type: 'string',
    value: 'KIND',
    choices: ['symmetric', 'asymmetric'],
    default: 'symmetric for tensorrt, asymmetric for onnxruntime',
    description: 'ranges about 0, or fitted to both ends with a zero point',
  },
  { name: 'per-tensor', type: 'boolean', description: 'one scale for all of a weight; default: one per channel' },
  {
    name: 'include',
    type: 'string',
    value: 'PATTERN',
    repeat: true,
    description: 'quantize only nodes so named (glob or /regex/)',
  },
  { name: 'exclude', type: 'string', value: 'PATTERN', repeat: true, description: 'leave nodes so named as they are' },
  { name: 'op-types', type: 'string', value: 'A,B', description: 'quantize only these operators: Conv,Gemm,…' },
  { name: 'inputs', type: 'string', value: 'NAME,…', description: 'tensors at which the part to quantize begins' },
  {
    name: 'outputs',
    type: 'string',
    value: 'NAME,…',
    description: 'tensors at which it ends; what follows stays as it is',
  },
  {
    name: 'input-shapes',
    type: 'string',
    value: 'NAME:DIMS,…',
    description: 'fix the shape of open inputs: x:1x3x224x224; the model written has them',
  },
];
