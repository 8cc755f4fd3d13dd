import type { LogSeverity } from '../../../native.js';
import type { TrtexecArguments } from '../arguments.js';
import type { TrtexecBackend } from '../backend.js';
import type { TrtexecLog } from '../log.js';
import type { TrtexecSettings } from '../options/index.js';
import type { DeviceReport } from '../report/device.js';
import type { PageFact } from '../report/page.js';
import type { CalibrationOptions } from './calibration-options.js';

/** What every phase of a run works with. */
export interface Run {
  readonly args: TrtexecArguments;
  readonly settings: TrtexecSettings;
  readonly calibration: CalibrationOptions;
  readonly backend: TrtexecBackend;
  readonly devices: DeviceReport;
  readonly log: TrtexecLog;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
  /** What the page of `--report` will tell; the phases add to it. */
  readonly facts: PageFact[];
}

/** A step that failed, in trtexec's words for the step: `Engine set up failed`. */
export class PhaseFailure extends Error {
  override readonly name = 'PhaseFailure';

  constructor(
    readonly step: string,
    cause: unknown,
  ) {
    super(step, { cause });
  }
}

/** Runs a step; whatever it throws becomes its {@link PhaseFailure}. */
export async function phase<T>(step: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof PhaseFailure ? cause : new PhaseFailure(step, cause);
  }
}

const letters = { fatal: 'F', error: 'E', warning: 'W', info: 'I', verbose: 'V' } as const;

/** Writes the library's own messages to the log. */
export function libraryLog({ log }: Pick<Run, 'log'>): (severity: LogSeverity, message: string) => void {
  return (severity, message) => log.library(letters[severity], message);
}
