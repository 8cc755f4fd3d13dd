import { groupTitles, trtexecFlags, type FlagGroup, type TrtexecFlag } from './flags/index.js';

/** Where descriptions begin. */
const indent = 38;

/** The text of `calibrt trtexec --help`, from the table of flags. */
export function helpText(): string {
  const groups = (Object.keys(groupTitles) as FlagGroup[]).map((group) => {
    const flags = trtexecFlags.filter((flag) => flag.group === group);
    return [`=== ${groupTitles[group]} ===`, ...flags.map(line)].join('\n');
  });
  return [
    'Usage: calibrt trtexec --flag[=value] …',
    "trtexec's flags, log, exports and exit codes; docs/trtexec.md tells what each flag does on which library.",
    '',
    groups.join('\n\n'),
    '',
  ].join('\n');
}

function line(flag: TrtexecFlag): string {
  const names = [flag.name, ...(flag.aliases ?? [])].map((name) => usage(name, flag)).join(', ');
  const padded = names.length + 4 > indent ? `  ${names}\n${' '.repeat(indent)}` : `  ${names}`.padEnd(indent);
  return padded + [flag.description, ...notes(flag)].join(' ');
}

/** `--iterations=N`. */
export function usage(name: string, { value }: TrtexecFlag): string {
  return value === undefined ? name : `${name}=${value}`;
}

function notes(flag: TrtexecFlag): string[] {
  const { repeat, until, since } = flag;
  return [
    defaultNote(flag) ?? '',
    repeat ? '(repeatable)' : '',
    until === undefined ? '' : `(until ${until})`,
    since === undefined ? '' : `(from ${since})`,
  ].filter((note) => note !== '');
}

function defaultNote({ default: value, default11 }: TrtexecFlag): string | undefined {
  if (value === undefined) return undefined;
  return default11 === undefined ? `(default: ${value})` : `(default: ${value}; from 11.0: ${default11})`;
}
