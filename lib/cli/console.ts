import { stripVTControlCharacters, styleText } from 'node:util';
import type { Progress } from '../progress.js';
import type { ProgressBar } from './progress-bar.js';

/** How much a command says, and where. */
export interface ConsoleOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly progress: boolean;
}

/** Results go to stdout, everything else to stderr, so that `--json` output can be piped. */
export class Console {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly #quiet: boolean;
  readonly #progress: boolean;
  #bar: ProgressBar | undefined;
  #opening = false;
  #latest: Progress | undefined;

  constructor(options: ConsoleOptions) {
    this.json = options.json;
    this.verbose = options.verbose;
    this.#quiet = options.quiet;
    this.#progress = options.progress && !options.quiet && process.stderr.isTTY;
  }

  /** The result: `value` as JSON where asked for, else `text`. */
  result(value: unknown, text: string): void {
    process.stdout.write(this.json ? `${JSON.stringify(value, jsonNumbers, 2)}\n` : `${paint(process.stdout, text)}\n`);
  }

  /** Something worth knowing that is no result. */
  note(text: string): void {
    if (!this.#quiet) this.#line(text);
  }

  /** Something that may make the result wrong. */
  warn(text: string): void {
    this.#line(`${style(process.stderr, 'yellow', 'warning')} ${text}`);
  }

  /** A library's own log line; with `--verbose` only. */
  log(text: string): void {
    if (this.verbose) this.#line(style(process.stderr, 'dim', text));
  }

  /** Moves the progress bar; bound, to be handed on as `onProgress`. */
  readonly progress = (progress: Progress): void => {
    this.#latest = progress;
    if (!this.#progress) return;
    if (this.#bar) this.#bar.update(progress);
    else if (!this.#opening) void this.#openBar();
  };

  /** Takes the progress bar away. */
  endProgress(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#opening = false;
    this.#latest = undefined;
  }

  async #openBar(): Promise<void> {
    this.#opening = true;
    const { ProgressBar } = await import('./progress-bar.js');
    // The operation may have ended while the bar was loading.
    if (this.#latest === undefined) return;
    this.#bar = new ProgressBar();
    this.#bar.update(this.#latest);
  }

  #line(text: string): void {
    if (this.#bar) this.#bar.line(text);
    else process.stderr.write(`${text}\n`);
  }
}

/** Colours `text` where `stream` is a terminal that wants colours. */
export function style(stream: NodeJS.WriteStream, format: Parameters<typeof styleText>[0], text: string): string {
  return wantsColour(stream) ? styleText(format, text) : text;
}

function paint(stream: NodeJS.WriteStream, text: string): string {
  return wantsColour(stream) ? text : stripVTControlCharacters(text);
}

function wantsColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && (process.env['NO_COLOR'] ?? '') === '';
}

/** JSON has no Infinity and no NaN; an SQNR of two equal outputs is written as a string that says so. */
function jsonNumbers(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
