import { placeQdq, type Model, type Placement, type PlacementOptions } from '../../model/index.js';
import type { CacheNames, LineMatch } from './match-names.js';

/** A tensor that needs a scale and has none, and what was left in float for that. */
export interface MissingTensor {
  readonly tensor: string;
  /** The nodes that read it and would have computed in INT8. */
  readonly nodes: readonly string[];
  readonly reason: string;
}

/** A placement all of whose tensors have a scale. */
export interface MatchedPlacement {
  readonly placement: Placement;
  readonly matches: readonly LineMatch[];
  readonly missing: readonly MissingTensor[];
}

/**
 * Places Q/DQ where the cache has scales: what reads a tensor without one is left in float, as TensorRT's implicit builds leave it,
 * and the rest is placed anew, for rules look at their neighbours.
 */
export function placeMatched(model: Model, names: CacheNames, options: PlacementOptions): MatchedPlacement {
  const missing = new Map<string, MissingTensor>();
  const exclude = [...(options.exclude ?? [])];
  for (;;) {
    const placement = placeQdq(model, { ...options, exclude });
    const found = placement.activations.map((point) => ({ point, match: names.find(point.tensor) }));
    const without = found.filter(({ match }) => match === undefined).map(({ point }) => point);
    if (without.length === 0) {
      const matches = found.flatMap(({ match }) => match ?? []);
      return { placement, matches, missing: [...missing.values()] };
    }
    for (const { tensor, edges } of without) {
      const nodes = [...new Set(edges.map(({ node }) => node))];
      const reason = 'no line of the cache names it: what reads it stays in float, as an implicit build leaves it';
      missing.set(tensor, { tensor, nodes: [...(missing.get(tensor)?.nodes ?? []), ...nodes], reason });
      exclude.push(...nodes.map(exactly));
    }
  }
}

/** A pattern that matches one name alone; names may hold what globs give a meaning. */
function exactly(name: string): string {
  return `/^${name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}$/`;
}
