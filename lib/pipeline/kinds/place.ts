import {
  placeDynamic,
  placeQdq,
  placeWeights,
  type Model,
  type Placement,
  type PlacementOptions,
} from '../../model/index.js';
import { placementOptions, type ScopeOptions } from '../placement-options.js';
import type { KindOptions } from './options.js';

/** What TensorRT has FP8 kernels for, and the addition that fuses into them. */
const fp8Operators = ['Conv', 'Gemm', 'MatMul', 'Add'];

/**
 * Places the quantization of a kind: FP8 at fewer operators than INT8; weights alone, and ranges found at run time, by rules of their own.
 *
 * @throws CalibrtError `ERR_USAGE` where an option names what is not there.
 */
export function placeKind(model: Model, options: ScopeOptions & KindOptions): Placement {
  if (options.weightOnly === true) return placeWeights(model, placementOptions(options));
  if (options.dynamic === true) return placeDynamic(model, placementOptions(options));
  return placeQdq(model, scopeOf(model, options));
}

function scopeOf(model: Model, options: ScopeOptions & KindOptions): PlacementOptions {
  const scope = placementOptions(options);
  if (options.dtype !== 'fp8' || scope.opTypes?.length) return scope;
  return { ...scope, opTypes: fp8Operators.filter((opType) => model.nodes.some((node) => node.is(opType))) };
}
