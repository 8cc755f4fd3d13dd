/** The small languages of trtexec's values. */
import { parseInteger } from '../numbers.js';
import { ArgumentProblem } from '../problems.js';

/** `a,b,,c` → `a`, `b`, nothing, `c`; nothing after a last separator. */
export function splitList(text: string, separator: string): string[] {
  const parts = text.split(separator);
  if (parts.at(-1) === '') parts.pop();
  return parts;
}

/**
 * `NAME:VALUE`, split at the last colon. A name in single quotes ends at the second quote. Without a colon the text is both, which
 * fails later as a name that nothing has.
 */
export function splitNameAndValue(text: string): [name: string, value: string] {
  const quoted = /^'([^']*)'.?(.*)$/s.exec(text);
  if (quoted !== null) return [quoted[1]!, quoted[2]!];
  const colon = text.lastIndexOf(':');
  return colon < 0 ? [text, text] : [text.slice(0, colon), text.slice(colon + 1)];
}

/** `1x3x224x224`; `scalar` or nothing has no dimensions. */
export function parseDims(flag: string, text: string): number[] {
  if (text === 'scalar') return [];
  return splitList(text, 'x').map((dim) => parseInteger(flag, dim));
}

/** `NAME:DIMS,…` by name. */
export function parseShapes(flag: string, text: string): Map<string, number[]> {
  return new Map(
    splitList(text, ',').map((entry) => {
      const [name, dims] = splitNameAndValue(entry);
      return [name.replaceAll("'", ''), parseDims(flag, dims)];
    }),
  );
}

/** `NAME:FILE,…` by name; the first of two entries for one name holds. */
export function parseFiles(text: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of splitList(text, ',')) {
    const [name, file] = splitNameAndValue(entry);
    if (!files.has(name)) files.set(name, file);
  }
  return files;
}

/** The entry for `name`: under its exact name, else the first whose one `*` fits. */
export function findPlausible<T>(entries: ReadonlyMap<string, T>, name: string): T | undefined {
  if (entries.has(name)) return entries.get(name);
  for (const [pattern, value] of entries) if (matchesPattern(pattern, name)) return value;
  return undefined;
}

/** Whether `name` fits a pattern with at most one `*`. */
export function matchesPattern(pattern: string, name: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === name;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
}

/**
 * One of several words.
 *
 * @throws ArgumentProblem naming the flag and the words.
 */
export function oneOf<T extends string>(flag: string, text: string, words: readonly T[], anyCase = false): T {
  const found = words.find((word) => word === text || (anyCase && word.toLowerCase() === text.toLowerCase()));
  if (found === undefined)
    throw new ArgumentProblem(`Unknown ${flag.slice(2)}: ${text}. Valid options: ${words.join(', ')}`);
  return found;
}
