import { readFile } from 'node:fs/promises';
import { CalibrtError } from '../../errors.js';
import type { Graph } from '../../model/index.js';
import type { CacheEntry } from '../../tables/index.js';
import { isTensor } from './match-names.js';

/**
 * The tensor that each mapped line stands for.
 *
 * @param given - By line, or as `LINE=TENSOR`; a name may itself hold an equals sign.
 * @throws CalibrtError `ERR_USAGE` for a line that the cache, or a tensor that the model has not, and where two lines mean one tensor.
 */
export function parseMapping(
  graph: Graph,
  entries: readonly CacheEntry[],
  given: Readonly<Record<string, string>> | readonly string[],
): Map<string, string> {
  const lines = new Set(entries.map(({ name }) => name));
  const pairs = Array.isArray(given)
    ? (given as readonly string[]).map((text) => splitPair(text, lines))
    : Object.entries(given as Readonly<Record<string, string>>);
  // Of a line that is given twice the last counts.
  const map = new Map(pairs);
  const lineOf = new Map<string, string>();
  for (const [line, tensor] of map) {
    if (!lines.has(line)) throw usage(`--map: the cache has no line "${line}"`);
    if (!isTensor(graph, tensor)) throw usage(`--map: the model has no tensor "${tensor}" that is computed or fed`);
    const other = lineOf.get(tensor);
    if (other !== undefined) throw usage(`--map: "${other}" and "${line}" both stand for "${tensor}"`);
    lineOf.set(tensor, line);
  }
  return map;
}

/**
 * The pairs of a JSON file of tensors by line, as `LINE=TENSOR` texts.
 *
 * @throws CalibrtError `ERR_USAGE` where there is no such file or it holds anything else.
 */
export async function readMapFile(path: string): Promise<string[]> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new CalibrtError('ERR_USAGE', `--map-file: ${path} is not there or no JSON: expected {"LINE": "TENSOR"}`, {
      cause,
    });
  }
  const entries =
    content !== null && typeof content === 'object' && !Array.isArray(content) ? Object.entries(content) : [];
  if (entries.length === 0 || entries.some(([, tensor]) => typeof tensor !== 'string')) {
    throw usage(`--map-file: ${path} must hold {"LINE": "TENSOR"}, names of the cache and of the model`);
  }
  return entries.map(([line, tensor]) => `${line}=${String(tensor)}`);
}

function splitPair(text: string, lines: ReadonlySet<string>): [line: string, tensor: string] {
  for (let at = text.indexOf('='); at > 0; at = text.indexOf('=', at + 1)) {
    if (lines.has(text.slice(0, at))) return [text.slice(0, at), text.slice(at + 1)];
  }
  const at = text.indexOf('=');
  if (at < 1) throw usage(`--map takes LINE=TENSOR, a line of the cache and a tensor of the model, not \`${text}\``);
  return [text.slice(0, at), text.slice(at + 1)];
}

function usage(message: string): CalibrtError {
  return new CalibrtError('ERR_USAGE', message);
}
