import { Command as Commander, Option } from 'commander';
import { packageVersion } from '../version.js';
import { commonFlags, type Command, type Flag, type FlagValues } from './command.js';
import { commands } from './commands/index.js';

/** Called with what the user asked for, once it has been parsed. */
export type Dispatch = (command: Command, args: readonly string[], flags: FlagValues) => Promise<void>;

/** commander's own errors in the form of all others: it begins them with `error: `, and may add a hint on a line of its own. */
const output = {
  outputError: (text: string, write: (text: string) => void): void => {
    write(
      `${text
        .trim()
        .replace(/^error: /, 'error ERR_USAGE: ')
        .replace(/\s*\n\s*/g, ' ')}\n`,
    );
  },
};

/** The whole command line as a commander program, built from the commands' data. */
export function createProgram(dispatch: Dispatch): Commander {
  const program = new Commander('calibrt')
    .description('FP32 ONNX in, INT8 TensorRT out: calibrate, quantize, build, and see what it cost.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .exitOverride()
    .configureOutput(output);
  for (const command of commands) program.addCommand(createSubcommand(command, dispatch));
  return program;
}

function createSubcommand(command: Command, dispatch: Dispatch): Commander {
  const sub = new Commander(command.name)
    .description(command.summary)
    .exitOverride()
    .configureOutput(output)
    .allowExcessArguments(false);
  for (const { name, description, variadic } of command.args) {
    sub.argument(variadic ? `<${name}...>` : `<${name}>`, description);
  }
  for (const flag of [...command.flags, ...commonFlags]) sub.addOption(toOption(flag));
  if (command.examples.length > 0) sub.addHelpText('after', `\nExamples:\n  ${command.examples.join('\n  ')}`);
  sub.action(async (...all: unknown[]) => {
    const args = (all.slice(0, command.args.length) as (string | string[])[]).flat();
    await dispatch(command, args, sub.opts<FlagValues>());
  });
  return sub;
}

function toOption(flag: Flag): Option {
  const names = flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`;
  const usage = flag.value === undefined ? names : `${names} <${flag.value}>`;
  const notes = flag.default === undefined ? flag.description : `${flag.description} (default: ${flag.default})`;
  const option = new Option(usage, flag.repeat ? `${notes} (repeatable)` : notes);
  if (flag.choices) option.choices([...flag.choices]);
  if (flag.repeat) option.argParser((value: string, previous: string[] | undefined) => [...(previous ?? []), value]);
  return option;
}
