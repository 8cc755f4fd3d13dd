/** trtexec's log: `[MM/DD/YYYY-HH:MM:SS] [I] text`, local time; notes go to stdout, warnings and errors to stderr. */

/** Levels by the letter that a line shows. */
export type LogLetter = 'F' | 'E' | 'W' | 'I' | 'V';

/** Where the log goes, and what time it is. */
export interface LogSinks {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly now: () => Date;
}

/** The standard streams and the clock. */
export const standardSinks: LogSinks = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  now: () => new Date(),
};

/** Writes the log. Text of several lines has the prefix on each. */
export class TrtexecLog {
  /** Whether lines of level V are written. */
  verbose = false;
  readonly #sinks: LogSinks;

  constructor(sinks: LogSinks = standardSinks) {
    this.#sinks = sinks;
  }

  info(text = ''): void {
    this.line('I', text);
  }

  warn(text: string): void {
    this.line('W', text);
  }

  error(text: string): void {
    this.line('E', text);
  }

  detail(text: string): void {
    this.line('V', text);
  }

  /** A message of the library itself. */
  library(letter: LogLetter, text: string): void {
    this.line(letter, `[TRT] ${text}`);
  }

  line(letter: LogLetter, text: string): void {
    if (letter === 'V' && !this.verbose) return;
    const lines = text.split('\n').map((each) => `${this.#prefix(letter)}${each}\n`);
    (letter === 'I' || letter === 'V' ? this.#sinks.out : this.#sinks.err)(lines.join(''));
  }

  /** One note of several lines, with the prefix on the first alone. */
  block(text: string): void {
    this.#sinks.out(`${this.#prefix('I')}${text}\n`);
  }

  /** Text without a prefix: help and the `&&&&` lines. */
  plain(text: string): void {
    this.#sinks.out(`${text}\n`);
  }

  #prefix(letter: LogLetter): string {
    return `[${timestamp(this.#sinks.now())}] [${letter}] `;
  }
}

function timestamp(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(date.getMonth() + 1)}/${two(date.getDate())}/${date.getFullYear()}`;
  return `${day}-${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
