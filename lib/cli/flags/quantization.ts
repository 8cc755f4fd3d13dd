import type { Flag } from '../command.js';

/** How ranges are found. */
export const methodFlags: readonly Flag[] = [
  {
    name: 'method',
    type: 'string',
    value: 'NAME',
    choices: ['mse', 'entropy', 'minmax', 'percentile', 'auto'],
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
    name: 'threads',
    type: 'integer',
    value: 'N',
    default: 'all cores',
    description: 'threads; recorded, as rounding depends on it',
  },
];

/** Which nodes are quantized. */
export const placementFlags: readonly Flag[] = [
  {
    name: 'include',
    type: 'string',
    value: 'PATTERN',
    repeat: true,
    description: 'quantize only nodes so named (glob or /regex/)',
  },
  { name: 'exclude', type: 'string', value: 'PATTERN', repeat: true, description: 'leave nodes so named as they are' },
  { name: 'op-types', type: 'string', value: 'A,B', description: 'quantize only these operators: Conv,Gemm,…' },
];
