import type { GraphForm, PlacementOptions } from '../model/index.js';

/** Which part of the network is quantized, and for whom. */
export interface ScopeOptions extends Omit<PlacementOptions, 'form' | 'shapes'> {
  /** Whose rules the graph follows; default `tensorrt`. */
  readonly form?: GraphForm | undefined;
}

/** The placement's own options. */
export function placementOptions(options: ScopeOptions): PlacementOptions {
  const { form = 'tensorrt', include, exclude, opTypes, inputs, outputs, weights } = options;
  return { form, include, exclude, opTypes, inputs, outputs, weights };
}
