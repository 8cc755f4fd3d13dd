import type { Flag } from '../command.js';

/** How a Q/DQ model is written down. */
export const writtenFlags: readonly Flag[] = [
  {
    name: 'weights',
    type: 'string',
    value: 'KIND',
    choices: ['int8', 'qdq'],
    default: 'int8',
    description: 'INT8 constants, or float ones with a Q/DQ pair',
  },
  {
    name: 'high-precision',
    type: 'string',
    value: 'TYPE',
    choices: ['fp32', 'fp16'],
    default: 'fp32',
    description: 'what the rest of the graph runs in; fp16 for TensorRT 11 and TensorRT-RTX, as --int8 --fp16 was',
  },
];
