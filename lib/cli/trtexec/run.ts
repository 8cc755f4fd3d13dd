import { CalibrtError } from '../../errors.js';
import { interruptions } from '../interruptions.js';
import { TrtexecArguments, wantsHelp } from './arguments.js';
import type { BackendChoice, TrtexecBackend } from './backend.js';
import { helpText } from './help.js';
import { installedVersion } from './installed-version.js';
import { standardSinks, TrtexecLog, type LogSinks } from './log.js';
import { oneOf } from './options/specs.js';
import { inOwnTerms } from './own-terms.js';
import { ArgumentProblem, OutOfRange } from './problems.js';
import { resultLine } from './result-line.js';

/** What a run needs from outside, so that tests can put doubles there. */
export interface TrtexecEnvironment {
  readonly sinks: LogSinks;
  /** Of the library that would be opened, before it is; see {@link installedVersion}. */
  readonly installedVersion: () => string | undefined;
  readonly openBackend: (choice: BackendChoice) => Promise<TrtexecBackend>;
  /** Fires on Ctrl-C. */
  readonly signal?: AbortSignal;
}

const standard: TrtexecEnvironment = {
  sinks: standardSinks,
  installedVersion,
  openBackend: async (choice) => (await import('./native-backend.js')).openNativeBackend(choice),
};

/** How a run ended: what the last line says (nothing after `--help`), and the exit status. */
interface Outcome {
  readonly line: 'PASSED' | 'FAILED' | undefined;
  readonly status: number;
}

const passed: Outcome = { line: 'PASSED', status: 0 };
const failed: Outcome = { line: 'FAILED', status: 1 };
const interrupted: Outcome = { line: 'FAILED', status: 130 };

/**
 * `calibrt trtexec ARGV`: trtexec's rules, log and exit codes.
 *
 * @returns 0 or 1; 130 after Ctrl-C.
 */
export async function runTrtexec(
  argv: readonly string[],
  environment: Partial<TrtexecEnvironment> = {},
): Promise<number> {
  const { sinks, openBackend, ...rest } = { ...standard, ...environment };
  const log = new TrtexecLog(sinks);
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort(new Error('interrupted'));
  for (const name of interruptions) process.once(name, onInterrupt);
  const signal = rest.signal === undefined ? interrupt.signal : AbortSignal.any([interrupt.signal, rest.signal]);
  let version: string | undefined;
  let started = false;
  const start = (known?: string): void => {
    if (started) return;
    started = true;
    version = known ?? rest.installedVersion();
    log.plain(resultLine('RUNNING', version, argv));
  };
  const open = async (choice: BackendChoice): Promise<TrtexecBackend> => {
    const backend = await openBackend(choice);
    start(backend.version);
    return backend;
  };
  let outcome: Outcome;
  try {
    outcome = await execute(argv, { log, open, signal, start });
  } catch (error) {
    start();
    outcome = signal.aborted ? interrupted : failed;
    if (error instanceof ArgumentProblem) log.plain(helpText());
    log.error(signal.aborted ? 'interrupted' : describe(error));
    if (log.verbose && error instanceof Error) log.detail(error.stack ?? '');
  } finally {
    for (const name of interruptions) process.off(name, onInterrupt);
  }
  if (outcome.line !== undefined) log.plain(resultLine(outcome.line, version, argv));
  return outcome.status;
}

interface Tools {
  readonly log: TrtexecLog;
  readonly open: (choice: BackendChoice) => Promise<TrtexecBackend>;
  readonly signal: AbortSignal;
  /** Prints the RUNNING line, once. */
  readonly start: (version?: string) => void;
}

async function execute(argv: readonly string[], { log, open, signal, start }: Tools): Promise<Outcome> {
  if (wantsHelp(argv) || argv.length === 0) {
    start();
    log.plain(helpText());
    return argv.length === 0 ? passed : { line: undefined, status: 0 };
  }
  const args = new TrtexecArguments(argv);
  // Lazy: help and unknown flags answer without any of it.
  const { readSettings } = await import('./options/index.js');
  const { readCalibrationOptions } = await import('./phases/calibration-options.js');
  // Wrong values come first, as in trtexec; the flavour decides defaults alone.
  readSettings(args, '10', () => undefined);
  const calibration = readCalibrationOptions(args);
  const backend = oneOf('--backend', args.text('--backend') || 'auto', ['auto', 'tensorrt', 'tensorrt-rtx']);
  if (args.unknown.length > 0) {
    start();
    log.plain(helpText());
    for (const { name, value } of args.unknown) log.error(`Unknown option: ${name} ${value}`);
    return failed;
  }
  const { perform } = await import('./perform.js');
  return (await perform(args, calibration, { log, open, signal, backend })) ? passed : failed;
}

/** One line. */
function describe(error: unknown): string {
  if (error instanceof Error && error.name === 'PhaseFailure') return `${error.message}: ${describe(error.cause)}`;
  if (error instanceof OutOfRange) return `Uncaught exception detected: ${error.message}`;
  const message = error instanceof Error ? error.message : String(error);
  const oneLine = message.replace(/\s*\n\s*/g, ' ');
  if (error instanceof CalibrtError) return inOwnTerms(oneLine);
  if (error instanceof ArgumentProblem) return oneLine;
  return `Uncaught exception detected: ${oneLine} (this is a bug of calibrt; --verbose tells more)`;
}
