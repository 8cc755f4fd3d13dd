import type { Graph } from '../../model/index.js';
import type { CacheEntry } from '../../tables/index.js';
import type { CacheNames, LineMatch } from './match-names.js';
import type { MissingTensor } from './place-matched.js';
import { isUnnamed, suggestTensors } from './unnamed-layers.js';

/** A line of the cache that names no tensor of the model. */
export interface UnusedLine {
  readonly line: string;
  readonly reason: string;
  /** A tensor without a scale that it may mean: to be confirmed, and then given as a mapping. */
  readonly suggestion?: string;
}

/** The lines that gave no scale. */
export interface IdleLines {
  /** Of tensors at which no Q/DQ stands. */
  readonly withoutQdq: readonly string[];
  readonly unusedLines: readonly UnusedLine[];
}

/** Sorts the lines that no Q/DQ took its scale from. */
export function describeLines(
  graph: Graph,
  entries: readonly CacheEntry[],
  names: CacheNames,
  matches: readonly LineMatch[],
  missing: readonly MissingTensor[],
): IdleLines {
  const used = new Set(matches.map(({ line }) => line));
  const idle = [...new Set(entries.map(({ name }) => name))].filter((line) => !used.has(line));
  const unused = idle.filter((line) => !names.isKnown(line));
  const without = new Set(missing.map(({ tensor }) => tensor));
  const suggestions = suggestTensors(graph, unused);
  return {
    withoutQdq: idle.filter((line) => names.isKnown(line)),
    unusedLines: unused.map((line) => {
      const suggestion = suggestions.get(line);
      const fits = suggestion !== undefined && without.has(suggestion);
      return { line, reason: reasonOf(line), ...(fits ? { suggestion } : {}) };
    }),
  };
}

function reasonOf(line: string): string {
  return isUnnamed(line)
    ? "it names a layer by its position in TensorRT's network, which the model does not tell: say which tensor it is, or leave it"
    : 'the model has no tensor and no chain of fused nodes of this name';
}
