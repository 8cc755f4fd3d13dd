import type { TrtexecFlag } from './flags/index.js';
import { trtexecFlags } from './flags/index.js';
import { parseFloat32, parseInteger } from './numbers.js';

/** One argument, split at its first `=`. */
export interface GivenArgument {
  readonly name: string;
  /** Empty where there was no `=`. */
  readonly value: string;
  readonly hasValue: boolean;
  /** Index in argv. */
  readonly position: number;
}

/** Flags that stand once per `--profile`; whether they do is for the reader of profiles to check. */
const perProfile = ['--minShapes', '--optShapes', '--maxShapes'];

/**
 * A command line by trtexec's rules: `--flag=value` only, exact names, each once (but those that may repeat), numbers by their
 * prefix, and the value of a switch ignored.
 */
export class TrtexecArguments {
  /** What no flag took: unknown names and repeated flags. */
  readonly unknown: readonly GivenArgument[];
  readonly #given = new Map<string, GivenArgument[]>();

  constructor(argv: readonly string[]) {
    const rest = argv.map(splitArgument);
    for (const flag of trtexecFlags) {
      const names = [flag.name, ...(flag.aliases ?? [])];
      const all = rest.filter(({ name }) => names.includes(name));
      const may = flag.repeat || perProfile.includes(flag.name) ? all : all.slice(0, 1);
      if (may.length > 0) this.#given.set(flag.name, may);
      for (const taken of may) rest.splice(rest.indexOf(taken), 1);
    }
    this.unknown = rest;
  }

  /** Whether it was given; of a switch, whether it is on. */
  has(name: string): boolean {
    return this.#given.has(name);
  }

  /** The text given, or the one `otherwise`. */
  text(name: string, otherwise = ''): string {
    return this.#given.get(name)?.[0]?.value ?? otherwise;
  }

  /**
   * The number given, or the table's default.
   *
   * @throws ArgumentProblem, OutOfRange as {@link parseInteger} does.
   */
  integer(name: string): number {
    return parseInteger(name, this.text(name, flagNamed(name).default));
  }

  /**
   * The number given, or the table's default; a float32.
   *
   * @throws ArgumentProblem, OutOfRange as {@link parseFloat32} does.
   */
  number(name: string): number {
    return parseFloat32(name, this.text(name, flagNamed(name).default));
  }

  /** Every value of a flag that may repeat, in order. */
  texts(name: string): string[] {
    return this.all(name).map(({ value }) => value);
  }

  /** Every use of a flag, in order. */
  all(name: string): readonly GivenArgument[] {
    return this.#given.get(name) ?? [];
  }

  /** The flags that were given, in the table's order, with their uses. */
  get given(): { readonly flag: TrtexecFlag; readonly uses: readonly GivenArgument[] }[] {
    return [...this.#given].map(([name, uses]) => ({ flag: flagNamed(name), uses }));
  }

  /** Switches that were given a value, which changes nothing: `--fp16=0` switches FP16 on. */
  get ignoredValues(): GivenArgument[] {
    const switches = this.given.filter(({ flag }) => flag.form === 'switch');
    return switches.flatMap(({ uses }) => uses.filter(({ hasValue }) => hasValue));
  }
}

/** Whether help is asked for, wherever it stands. */
export function wantsHelp(argv: readonly string[]): boolean {
  return argv.map(splitArgument).some(({ name }) => name === '--help' || name === '-h');
}

function splitArgument(argument: string, position: number): GivenArgument {
  const at = argument.indexOf('=');
  if (at < 0) return { name: argument, value: '', hasValue: false, position };
  return { name: argument.slice(0, at), value: argument.slice(at + 1), hasValue: true, position };
}

function flagNamed(name: string): TrtexecFlag {
  const flag = trtexecFlags.find((each) => each.name === name);
  if (flag === undefined) throw new Error(`${name} is not in the table of flags`);
  return flag;
}
