import type { Console } from './console.js';

/** What a flag's value means, which decides how it is checked. */
export type FlagType = 'string' | 'integer' | 'number' | 'boolean';

/** One flag as data: parsing, `--help` and the documentation come from it. */
export interface Flag {
  /** Long name without dashes, in kebab case. `no-progress` is read as `progress: false`. */
  readonly name: string;
  /** One letter, for the few that scripts type by hand. */
  readonly short?: string;
  readonly type: FlagType;
  /** How the value is called in help: `FILE`, `WxH`. Absent for switches. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** May be given several times; the values are collected in order. */
  readonly repeat?: boolean;
  readonly required?: boolean;
  /** What holds without it, as help tells it. The code that uses the flag applies it. */
  readonly default?: string;
  readonly description: string;
}

/** One positional argument. */
export interface Argument {
  readonly name: string;
  readonly description: string;
  readonly variadic?: boolean;
}

/** Parsed flags by camel-case name; absent flags are absent. */
export type FlagValues = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** What a command's `run` gets. */
export interface Invocation {
  readonly args: readonly string[];
  readonly flags: FlagValues;
  readonly console: Console;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * One command. Its file may import nothing heavy at the top: `--help` must answer without loading any native or inference
 * library, so `run` imports what it needs.
 */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly args: readonly Argument[];
  readonly flags: readonly Flag[];
  /** A few lines of use, shown under the help. */
  readonly examples: readonly string[];
  /** Resolves to the exit status, 0 where it gives none. */
  run(invocation: Invocation): Promise<number | void>;
}

/** Flags that every command has. */
export const commonFlags: readonly Flag[] = [
  { name: 'json', type: 'boolean', description: 'print one JSON object on stdout and nothing else there' },
  { name: 'quiet', type: 'boolean', description: 'no progress, no notes; warnings and errors only' },
  { name: 'verbose', type: 'boolean', description: 'more on stderr: library logs, the causes of an error' },
  { name: 'no-progress', type: 'boolean', description: 'no progress bar (also off where stderr is no terminal)' },
  { name: 'config', type: 'string', value: 'FILE', description: 'options from a JSON file; flags win' },
];

/** `opt-shapes` → `optShapes`. */
export function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
