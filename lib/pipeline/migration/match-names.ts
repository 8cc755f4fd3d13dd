import type { Graph } from '../../model/index.js';
import type { CacheEntry } from '../../tables/index.js';
import { fusedOutput } from './fused-names.js';
import { sameValues } from './same-values.js';

/**
 * How a line of a cache was found to mean a tensor: `mapped` by the caller; `exact`, the same name; `same-values`, the name of a tensor that
 * only moves this one's values; `fused`, the names of the nodes that TensorRT fused, the last of which makes it.
 */
export type MatchRule = 'mapped' | 'exact' | 'same-values' | 'fused';

/** A line of a cache and the tensor that gets its scale. */
export interface LineMatch {
  readonly line: string;
  readonly tensor: string;
  readonly rule: MatchRule;
  /** The line's scale, a float32 value. */
  readonly scale: number;
}

/** What a cache says about the tensors of a network. */
export class CacheNames {
  readonly #scales: ReadonlyMap<string, number>;
  readonly #mapped: ReadonlyMap<string, string>;
  readonly #sameValues: (tensor: string) => readonly string[];
  readonly #fused: ReadonlyMap<string, string>;

  /**
   * @param graph - The network as TensorRT saw it: the file, not cleaned.
   * @param map - Tensor by line, from the caller.
   */
  constructor(
    private readonly graph: Graph,
    entries: readonly CacheEntry[],
    map: ReadonlyMap<string, string> = new Map(),
  ) {
    this.#scales = new Map(entries.map(({ name, scale }) => [name, scale]));
    this.#mapped = new Map([...map].map(([line, tensor]) => [tensor, line]));
    this.#sameValues = sameValues(graph);
    const fused = entries.flatMap(({ name }) => {
      const tensor = isTensor(graph, name) ? undefined : fusedOutput(graph, name);
      return tensor === undefined ? [] : [[tensor, name] as const];
    });
    this.#fused = new Map(fused);
  }

  /** The line that holds a tensor's scale; `undefined` where none does for certain. */
  find(tensor: string): LineMatch | undefined {
    const match = (line: string | undefined, rule: MatchRule): LineMatch | undefined => {
      const scale = line === undefined ? undefined : this.#scales.get(line);
      return scale === undefined ? undefined : { line: line!, tensor, rule, scale };
    };
    return (
      match(this.#mapped.get(tensor), 'mapped') ??
      match(tensor, 'exact') ??
      match(this.#fused.get(tensor), 'fused') ??
      match(this.#alias(tensor), 'same-values')
    );
  }

  /** Whether a line means some tensor of the network, one without Q/DQ included. */
  isKnown(line: string): boolean {
    return isTensor(this.graph, line) || [...this.#fused.values(), ...this.#mapped.values()].includes(line);
  }

  // Where lines of the same values differ, none is the right one for certain.
  #alias(tensor: string): string | undefined {
    const lines = this.#sameValues(tensor).flatMap((name) => {
      const line = this.#scales.has(name) ? name : this.#fused.get(name);
      return line === undefined ? [] : [line];
    });
    const [first] = lines;
    const isCertain = lines.every((line) => this.#scales.get(line) === this.#scales.get(first!));
    return isCertain ? first : undefined;
  }
}

/** Whether the graph has a tensor of this name that is computed, or fed. */
export function isTensor(graph: Graph, name: string): boolean {
  return graph.producer(name) !== undefined || graph.isInput(name);
}
