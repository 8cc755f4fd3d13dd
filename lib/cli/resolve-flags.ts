import { readFile } from 'node:fs/promises';
import { CalibrtError } from '../errors.js';
import { checkNotRead } from '../files.js';
import { camelCase, commonFlags, type Command, type Flag, type FlagValues } from './command.js';

type Value = string | number | boolean | string[];

/**
 * Merges the flags given with those of `--config FILE` (flags win), checks each against its type, and that the required ones are
 * there.
 *
 * @throws CalibrtError `ERR_USAGE` naming the flag or the file.
 */
export async function resolveFlags(command: Command, given: FlagValues): Promise<FlagValues> {
  const flags = [...command.flags, ...commonFlags];
  const config = given['config'] === undefined ? {} : await readConfig(String(given['config']), command, flags);
  const values: Record<string, Value> = {};
  for (const flag of flags) {
    const key = keyOf(flag);
    // commander turns `--no-x` into `x: true` by default; only an explicit false says anything.
    const fromFlags = flag.name.startsWith('no-') && given[key] === true ? undefined : given[key];
    const value = fromFlags ?? config[key];
    if (value !== undefined) values[key] = check(flag, value);
    else if (flag.required) throw usage(`--${flag.name} is required: see \`calibrt ${command.name} --help\``);
  }
  if (values['config'] !== undefined) {
    const writes = Object.entries(values).flatMap(([key, value]) => (isOutput(key) ? String(value) : []));
    await checkNotRead(writes, [String(values['config'])]);
  }
  return values;
}

function isOutput(key: string): boolean {
  return /^(output|tableOut|report|resume|export[A-Z].*)$/.test(key);
}

function keyOf(flag: Flag): string {
  return camelCase(flag.name.startsWith('no-') ? flag.name.slice(3) : flag.name);
}

async function readConfig(path: string, command: Command, flags: readonly Flag[]): Promise<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw usage(`--config ${path} cannot be read as JSON: ${(cause as Error).message}`, cause);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw usage(`--config ${path} must hold one JSON object of options`);
  }
  const entries = Object.entries(parsed).map(([name, value]: [string, unknown]): [string, unknown] => {
    const flag = flags.find((candidate) => [keyOf(candidate), camelCase(candidate.name)].includes(camelCase(name)));
    if (flag === undefined) throw usage(`--config ${path}: \`${name}\` is no option of \`calibrt ${command.name}\``);
    checkJsonType(flag, name, value, path);
    // `no-progress: true` says `progress: false`.
    return [keyOf(flag), camelCase(name) === keyOf(flag) ? value : !value];
  });
  return Object.fromEntries(entries);
}

/** JSON has types, and one that is not the option's is a mistake; on the command line everything is text. */
function checkJsonType(flag: Flag, name: string, value: unknown, path: string): void {
  const isText = (item: unknown): boolean => typeof item === 'string' || typeof item === 'number';
  const fail = (expected: string): never => {
    throw usage(`--config ${path}: \`${name}\` must be ${expected}, not ${JSON.stringify(value)}`);
  };
  if (flag.type === 'boolean') {
    if (typeof value !== 'boolean') fail('true or false');
  } else if (flag.type !== 'string') {
    if (typeof value !== 'number') fail(kindOfNumber(flag));
  } else if (flag.repeat || takesList(flag)) {
    const items: unknown[] = Array.isArray(value) ? value : [value];
    if (items.length === 0 || !items.every(isText)) fail('a string or an array of them');
  } else if (!isText(value)) fail('a string');
}

/** Whether a flag takes values separated by commas, which its placeholder in the help shows: `A,B,C`. */
function takesList({ value }: Flag): boolean {
  return value?.includes(',') ?? false;
}

function check(flag: Flag, value: unknown): Value {
  if (flag.repeat) return (Array.isArray(value) ? value : [value]).map((item) => String(checkOne(flag, item)));
  return checkOne(flag, Array.isArray(value) ? value.join() : value);
}

function checkOne(flag: Flag, value: unknown): string | number | boolean {
  if (typeof value === 'boolean') return value;
  const text = String(value);
  if (flag.choices && !flag.choices.includes(text)) {
    throw usage(`--${flag.name} must be one of ${flag.choices.join(', ')}, not ${text}`);
  }
  if (flag.type === 'string') {
    // Mostly a shell's variable that is not set.
    if (text === '') throw usage(`--${flag.name} is empty: give it a value, or leave it out`);
    return text;
  }
  const number = Number(text);
  const fits = text.trim() !== '' && (flag.type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number));
  if (!fits) throw usage(`--${flag.name} must be ${kindOfNumber(flag)}, not \`${text}\``);
  return number;
}

function kindOfNumber({ type }: Flag): string {
  return type === 'integer' ? 'a whole number' : 'a number';
}

function usage(message: string, cause?: unknown): CalibrtError {
  return new CalibrtError('ERR_USAGE', message, cause === undefined ? {} : { cause });
}
