/** Numbers as C++ reads them: the longest prefix that is one, and the rest ignored. `10abc` is 10, `1e3` as a whole number 1. */
import { ArgumentProblem, OutOfRange } from './problems.js';

const greatestInt = 2 ** 31 - 1;

/**
 * `std::stoi`.
 *
 * @throws ArgumentProblem where `text` begins with no number, OutOfRange beyond 32 bits.
 */
export function parseInteger(flag: string, text: string): number {
  const match = /^[ \t\n\v\f\r]*([+-]?\d+)/.exec(text);
  if (match === null) throw new ArgumentProblem(`stoi: ${flag} takes a whole number, not "${text}"`);
  const value = Number(match[1]);
  if (value > greatestInt || value < -greatestInt - 1) {
    throw new OutOfRange(`stoi: ${flag}: ${match[1]} does not fit 32 bits`);
  }
  return value;
}

/**
 * `std::stof` (without hexadecimal floats): a float32.
 *
 * @throws ArgumentProblem where `text` begins with no number, OutOfRange beyond float32.
 */
export function parseFloat32(flag: string, text: string): number {
  const value = decimalPrefix(text);
  if (value === undefined) throw new ArgumentProblem(`stof: ${flag} takes a number, not "${text}"`);
  const single = Math.fround(value);
  if (Number.isFinite(value) && !Number.isFinite(single)) {
    throw new OutOfRange(`stof: ${flag}: ${text} does not fit a float32`);
  }
  return single;
}

const unitPowers: Readonly<Record<string, number>> = { B: 0, K: 1, M: 2, G: 3 };

/**
 * A size in bytes with a binary suffix B, K, M or G of either case.
 *
 * @param unit - The suffix that holds where there is none.
 * @throws ArgumentProblem where it is no number with such a suffix.
 */
export function parseSize(flag: string, text: string, unit: 'B' | 'K' | 'M' | 'G'): number {
  const last = text.slice(-1).toUpperCase();
  const suffixed = last in unitPowers;
  const value = decimalPrefix(suffixed ? text.slice(0, -1) : text);
  if (value === undefined || (!suffixed && /[a-z]/i.test(last))) {
    throw new ArgumentProblem(`stod: ${flag} takes a size such as 512M, not "${text}"`);
  }
  return value * 1024 ** unitPowers[suffixed ? last : unit]!;
}

function decimalPrefix(text: string): number | undefined {
  const match = /^[ \t\n\v\f\r]*([+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf(?:inity)?|nan))/i.exec(text);
  if (match === null) return undefined;
  const [, word = ''] = match;
  if (/nan/i.test(word)) return NaN;
  if (/inf/i.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
  return Number(word);
}
