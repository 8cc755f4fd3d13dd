import type { Flag } from '../command.js';

/** Which samples, and what is done to an image before the network sees it. */
export const sampleFlags: readonly Flag[] = [
  {
    name: 'data',
    type: 'string',
    value: 'PATH',
    repeat: true,
    description:
      'samples: a folder of images, .npy, .npz or .bin, one .npy or .npz, or a list (.txt); NAME=PATH per input',
  },
  {
    name: 'labels',
    type: 'string',
    value: 'FILE',
    description: 'lines of `file label`; default: class-named subfolders',
  },
  {
    name: 'limit',
    type: 'integer',
    value: 'N',
    default: '500',
    description: 'samples used, drawn by a seeded shuffle',
  },
  { name: 'seed', type: 'integer', value: 'N', default: '0', description: 'seed of that shuffle' },
  { name: 'batch', type: 'integer', value: 'N', description: 'samples per run where results cannot depend on it' },
  {
    name: 'resize',
    type: 'string',
    value: 'WxH',
    default: "the model's input size",
    description: 'size of the image; native keeps its own',
  },
  {
    name: 'fit',
    type: 'string',
    value: 'MODE',
    choices: ['stretch', 'contain', 'cover'],
    default: 'stretch',
    description: 'how an image of another shape is fitted',
  },
  {
    name: 'pad-value',
    type: 'number',
    value: 'V',
    default: '0',
    description: 'the border that `contain` adds, 0..255',
  },
  {
    name: 'pixel-format',
    type: 'string',
    value: 'FORMAT',
    choices: ['rgb', 'bgr', 'gray'],
    default: 'rgb; gray for one channel',
    description: 'order of the channels',
  },
  { name: 'mean', type: 'string', value: 'A,B,C', description: 'subtracted per channel, on 0..255 values' },
  { name: 'std', type: 'string', value: 'A,B,C', description: 'divided by, per channel' },
  { name: 'scale', type: 'string', value: 'A,B,C', description: 'multiplied by, per channel, in place of --std' },
  {
    name: 'layout',
    type: 'string',
    value: 'LAYOUT',
    choices: ['nchw', 'nhwc'],
    default: "inferred from the model's input",
    description: 'order of the axes',
  },
  {
    name: 'preset',
    type: 'string',
    value: 'NAME',
    choices: ['imagenet', 'unit', 'symmetric', 'raw'],
    default: 'raw',
    description: 'a usual mean and std: ImageNet’s, 0..1, -1..1, or 0..255 as they are',
  },
];
