import { readFile } from 'node:fs/promises';
import { CalibrtError } from '../errors.js';
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
  return values;
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
  const known = new Set(flags.map(keyOf));
  const entries = Object.entries(parsed).map(([name, value]): [string, unknown] => {
    const key = camelCase(name);
    if (!known.has(key)) throw usage(`--config ${path}: \`${name}\` is no option of \`calibrt ${command.name}\``);
    return [key, value];
  });
  return Object.fromEntries(entries);
}

function check(flag: Flag, value: unknown): Value {
  if (flag.repeat) return (Array.isArray(value) ? value : [value]).map(String);
  if (flag.type === 'boolean') {
    if (typeof value !== 'boolean') throw usage(`--${flag.name} is a switch: true or false`);
    return value;
  }
  if (Array.isArray(value)) return value.map(String).join(',');
  if (flag.choices && !flag.choices.includes(String(value))) {
    throw usage(`--${flag.name} must be one of ${flag.choices.join(', ')}, not ${String(value)}`);
  }
  if (flag.type === 'string') return String(value);
  const number = Number(value);
  const fits =
    String(value).trim() !== '' && (flag.type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number));
  if (!fits)
    throw usage(
      `--${flag.name} must be ${flag.type === 'integer' ? 'a whole number' : 'a number'}, not \`${String(value)}\``,
    );
  return number;
}

function usage(message: string, cause?: unknown): CalibrtError {
  return new CalibrtError('ERR_USAGE', message, cause === undefined ? {} : { cause });
}
