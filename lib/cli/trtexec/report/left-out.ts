import type { TrtexecArguments } from '../arguments.js';

/** What comes of running the engine. */
const ofRun = [
  '--exportTimes',
  '--exportOutput',
  '--exportProfile',
  '--dumpOutput',
  '--dumpRawBindingsToFile',
  '--dumpProfile',
];

/** What a loaded engine tells. */
const ofEngine = ['--exportLayerInfo', '--dumpLayerInfo'];

/** Warnings of reports that a run with `--skipInference` leaves out, each by its flag; `noEngine` says why none is loaded. */
export function leftOut(args: TrtexecArguments, noEngine?: string): string[] {
  const lines = (flags: readonly string[], why: string): string[] =>
    flags
      .filter((flag) => args.has(flag))
      .map((flag) => {
        const file = args.text(flag);
        return flag.startsWith('--export')
          ? `${flag}: ${file} was not written: ${why}`
          : `${flag} has nothing to tell: ${why}`;
      });
  return [
    ...lines(ofRun, 'with --skipInference the engine does not run'),
    ...(noEngine === undefined ? [] : lines(ofEngine, `an engine is loaded on a GPU alone (${noEngine})`)),
  ];
}
