import type { Flag } from '../../command.js';
import { methodFlags } from '../../flags/quantization.js';
import { sampleFlags } from '../../flags/samples.js';
import { carriedOut, everywhere, inTheModel, nothing, split, type FlagForm, type TrtexecFlag } from './flag.js';

const forms: Readonly<Record<Flag['type'], FlagForm>> = {
  string: 'text',
  integer: 'integer',
  number: 'number',
  boolean: 'switch',
};

/** Of the other commands' flags those that choose samples and methods; `--threads` and `--percentile` are trtexec's own. */
const borrowed = [
  ...[
    'data',
    'limit',
    'seed',
    'resize',
    'fit',
    'pad-value',
    'pixel-format',
    'mean',
    'std',
    'scale',
    'layout',
    'preset',
  ],
  ...['method', 'kld-variant'],
];

/** These as the other commands have them. */
export const borrowedFlags: readonly Flag[] = [...sampleFlags, ...methodFlags].filter(({ name }) =>
  borrowed.includes(name),
);

/** What trtexec does not have. */
export const calibrtFlags: readonly TrtexecFlag[] = [
  {
    name: '--backend',
    form: 'text',
    value: 'auto|tensorrt|tensorrt-rtx',
    default: 'auto: the first that is installed',
    group: 'calibrt',
    description: 'which library',
    on: everywhere(carriedOut),
  },
  ...borrowedFlags.map((flag): TrtexecFlag => ({
    name: `--${flag.name}`,
    form: forms[flag.type],
    ...(flag.choices ? { value: flag.choices.join('|') } : flag.value === undefined ? {} : { value: flag.value }),
    ...(flag.default === undefined ? {} : { default: flag.default }),
    ...(flag.repeat ? { repeat: true } : {}),
    group: 'calibrt',
    description: flag.description,
    on: everywhere(carriedOut),
  })),
  {
    name: '--placeholder-ranges',
    form: 'switch',
    group: 'calibrt',
    description: 'with --int8: ranges that have nothing to do with the model; the engine is for timing alone',
    on: split(nothing('--int8 without --calib and --data has them anyway'), inTheModel('Q/DQ with them in a copy')),
  },
  {
    name: '--report',
    form: 'text',
    value: 'FILE',
    group: 'calibrt',
    description: 'write a page about the run (HTML)',
    on: everywhere(carriedOut),
  },
];
