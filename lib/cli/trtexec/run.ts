import { TrtexecArguments, wantsHelp } from './arguments.js';
import { helpText } from './help.js';
import { installedVersion } from './installed-version.js';
import { standardSinks, TrtexecLog, type LogSinks } from './log.js';
import { resultLine } from './result-line.js';

/** What a run needs from outside, so that tests can put doubles there. */
export interface TrtexecEnvironment {
  readonly sinks: LogSinks;
  /** Of the library that would be opened, before it is; see {@link installedVersion}. */
  readonly installedVersion: () => string | undefined;
}

const standard: TrtexecEnvironment = { sinks: standardSinks, installedVersion };

/**
 * `calibrt trtexec ARGV`: trtexec's rules, log and exit codes.
 *
 * @returns 0 or 1.
 */
export async function runTrtexec(argv: readonly string[], environment = standard): Promise<number> {
  const log = new TrtexecLog(environment.sinks);
  const line = (state: 'RUNNING' | 'PASSED' | 'FAILED'): void =>
    log.plain(resultLine(state, environment.installedVersion(), argv));
  line('RUNNING');
  if (wantsHelp(argv)) {
    log.plain(helpText());
    return 0;
  }
  if (argv.length === 0) {
    log.plain(helpText());
    line('PASSED');
    return 0;
  }
  const args = new TrtexecArguments(argv);
  if (args.unknown.length > 0) {
    log.plain(helpText());
    for (const { name, value } of args.unknown) log.error(`Unknown option: ${name} ${value}`);
    line('FAILED');
    return 1;
  }
  log.error('nothing is carried out yet');
  line('FAILED');
  return 1;
}
