import { borrowedFlags } from './flags/calibrt.js';

/** What the library's messages recommend in the words of the other commands, and the same in trtexec's. */
const wordings: readonly (readonly [RegExp, string])[] = [
  [
    /\(`profiles`; --min-shapes, --opt-shapes, --max-shapes NAME:DIMS\)/,
    '(--minShapes=, --optShapes=, --maxShapes=NAME:DIMS)',
  ],
  [
    /without one, TensorRT-RTX builds for named targets \([^)]*\), with weights that stay in the plan/,
    'without one, TensorRT-RTX builds with --skipInference, without --stripWeights and --refit',
  ],
  [
    /name targets that have ([^(]*) \(`targets[^)]*(--target[^)]*)\)/,
    'targets that have $1 are named with `calibrt build $2`',
  ],
  [/with --map LINE=TENSOR/, 'with `calibrt migrate --map LINE=TENSOR`'],
  [/see --dry-run for why/, '`calibrt quantize --dry-run` tells why'],
  [/fix the shape with --input-shapes/, 'give the model fixed shapes there'],
];

const spaced = new RegExp(`(--(?:${borrowedFlags.map(({ name }) => name).join('|')})) (?=\\S*=|[A-Z])`, 'g');

/** A message of the library as `calibrt trtexec` tells it: its own flags, in its own `--flag=value` form. */
export function inOwnTerms(message: string): string {
  const reworded = wordings.reduce((text, [from, to]) => text.replace(from, to), message);
  // Between backquotes stand other commands, as they are written.
  const parts = reworded.split('`');
  return parts.map((part, index) => (index % 2 === 0 ? part.replace(spaced, '$1=') : part)).join('`');
}
