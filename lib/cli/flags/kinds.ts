import type { KindOptions } from '../../pipeline/kinds/options.js';
import type { Flag, FlagValues } from '../command.js';

/** Kinds of quantization beside static INT8. */
export const kindFlags: readonly Flag[] = [
  {
    name: 'weight-only',
    type: 'boolean',
    description: 'INT8 weights through DequantizeLinear, float activations; needs no samples',
  },
  {
    name: 'dynamic',
    type: 'boolean',
    description: "ranges of activations found at run time, for ONNX Runtime's CPU; needs no samples",
  },
  {
    name: 'dtype',
    type: 'string',
    value: 'TYPE',
    choices: ['int8', 'fp8'],
    default: 'int8',
    description: 'what 8 bits hold; fp8: E4M3, operator set 19, for TensorRT 11 and TensorRT-RTX',
  },
  {
    name: 'scales',
    type: 'string',
    value: 'KIND',
    choices: ['float', 'pow2'],
    default: 'float',
    description: 'pow2: every scale the least power of two that clips no more',
  },
  {
    name: 'weight-ranges',
    type: 'string',
    value: 'KIND',
    choices: ['symmetric', 'asymmetric'],
    default: 'symmetric',
    description: "asymmetric: weights with a zero point, one scale in all, for ONNX Runtime's CPU",
  },
  {
    name: 'bits',
    type: 'integer',
    value: 'N',
    description:
      'simulate integers of 2 to 16 bits: a float model that computes what they would; for eval, not engines',
  },
  {
    name: 'stochastic-seed',
    type: 'integer',
    value: 'N',
    description: 'with --bits: round weights stochastically, by this seed',
  },
];

/** What the kind flags say, as the library's options. */
export function readKindFlags(flags: FlagValues): KindOptions {
  const names = ['weightOnly', 'dynamic', 'dtype', 'scales', 'weightRanges', 'bits', 'stochasticSeed'];
  return Object.fromEntries(names.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]));
}
