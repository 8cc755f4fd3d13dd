import { CommanderError } from 'commander';
import { CalibrtError } from '../errors.js';
import type { Command, FlagValues } from './command.js';
import { Console } from './console.js';
import { formatError } from './format-error.js';
import { interruptions } from './interruptions.js';
import { createProgram } from './program.js';
import { resolveFlags } from './resolve-flags.js';

/** Exit statuses that scripts may test. */
export const exitStatus = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** What a command may take to clean up after Ctrl-C. */
const INTERRUPT_GRACE_MS = 3000;

/** Runs one command line and resolves to its exit status; it never throws. */
export async function runCli(argv: readonly string[]): Promise<number> {
  let status: number = exitStatus.done;
  if (argv[0] === 'trtexec') return (await import('./trtexec/run.js')).runTrtexec(argv.slice(1));
  const program = createProgram(async (command, args, flags) => {
    status = await runCommand(command, args, flags);
  });
  try {
    if (argv.length === 0) program.help();
    await program.parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.done : exitStatus.usage;
    process.stderr.write(`${formatError(error, true)}\n`);
    return exitStatus.failed;
  }
}

async function runCommand(command: Command, args: readonly string[], given: FlagValues): Promise<number> {
  let verbose = given['verbose'] === true;
  const interrupt = new AbortController();
  const onInterrupt = (): void => {
    interrupt.abort(new Error('interrupted'));
    // What does not look at the signal holds nothing that must be cleaned up.
    setTimeout(() => process.exit(exitStatus.interrupted), INTERRUPT_GRACE_MS).unref();
  };
  for (const name of interruptions) process.once(name, onInterrupt);
  let output: Console | undefined;
  try {
    const flags = await resolveFlags(command, given);
    if (args.includes(''))
      throw new CalibrtError('ERR_USAGE', `a name is empty: see \`calibrt ${command.name} --help\``);
    verbose = flags['verbose'] === true;
    output = new Console({
      json: flags['json'] === true,
      quiet: flags['quiet'] === true,
      verbose,
      progress: flags['progress'] !== false,
    });
    return (await command.run({ args, flags, console: output, signal: interrupt.signal })) ?? exitStatus.done;
  } catch (error) {
    output?.endProgress();
    if (interrupt.signal.aborted) {
      process.stderr.write('interrupted\n');
      return exitStatus.interrupted;
    }
    process.stderr.write(`${formatError(error, verbose)}\n`);
    return error instanceof CalibrtError && error.code === 'ERR_USAGE' ? exitStatus.usage : exitStatus.failed;
  } finally {
    output?.endProgress();
    for (const name of interruptions) process.off(name, onInterrupt);
  }
}
