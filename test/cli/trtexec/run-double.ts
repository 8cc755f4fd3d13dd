import type { BackendChoice, TrtexecBackend } from '#lib/cli/trtexec/backend.js';
import { runTrtexec } from '#lib/cli/trtexec/run.js';
import { backendDouble, type Calls, type DoubleOptions } from './backend-double.js';

/** How a run with the double ended. */
export interface DoubleRun {
  readonly status: number;
  /** Both streams in the order of writing. */
  readonly log: string;
  readonly out: string;
  readonly err: string;
  readonly calls: Calls;
  /** What the backend was chosen by. */
  readonly choice: BackendChoice | undefined;
}

/** Runs `calibrt trtexec ARGV` in this process with a backend double and a stopped clock. */
export async function runDouble(
  argv: readonly string[],
  options: DoubleOptions & { readonly open?: () => Promise<TrtexecBackend>; readonly signal?: AbortSignal } = {},
): Promise<DoubleRun> {
  const { backend, calls } = backendDouble(options);
  let [log, out, err] = ['', '', ''];
  let choice: BackendChoice | undefined;
  const status = await runTrtexec(argv, {
    sinks: {
      out: (text) => {
        log += text;
        out += text;
      },
      err: (text) => {
        log += text;
        err += text;
      },
      now: () => new Date(2026, 0, 2, 3, 4, 5),
    },
    installedVersion: () => backend.version,
    openBackend: (given) => {
      choice = given;
      return options.open?.() ?? Promise.resolve(backend);
    },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return { status, log, out, err, calls, choice };
}

/** A log without what differs from run to run: numbers are `#`, temporary folders `DIR`. */
export function withoutNumbers(log: string, folder: string): string {
  return log
    .replaceAll(folder, 'DIR')
    .replaceAll(/\/tmp\/calibrt-\w+/g, 'TMP')
    .replaceAll(/(?<![\w.])-?\d+(?:\.\d+)*(?:e[+-]\d+)?/g, '#');
}
