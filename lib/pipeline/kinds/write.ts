import {
  insertFp8,
  insertQdq,
  insertSimulation,
  type Model,
  type Placement,
  type QdqReport,
  type WeightStorage,
} from '../../model/index.js';
import type { CalibrationTable } from '../../tables/index.js';
import { quantizationRanges } from './activations.js';
import type { KindOptions } from './options.js';
import { weightQuantizer } from './weights.js';

/** The key of a simulation's metadata, which says that no engine should be built of it. */
const SIMULATION_KEY = 'calibrt.simulation';

/**
 * Writes a placement into a model, in place, as the kind of quantization that the options ask for.
 *
 * @param table - Holds a range for every tensor of the placement.
 */
export async function writeQuantization(
  model: Model,
  placement: Placement,
  table: CalibrationTable,
  options: KindOptions & { readonly weightStorage?: WeightStorage },
): Promise<QdqReport> {
  const { dtype, bits, stochasticSeed, weightStorage = 'int8' } = options;
  const ranges = quantizationRanges(table, placement, options);
  if (dtype === 'fp8') return insertFp8(model, placement, ranges);
  if (bits !== undefined) {
    model.setMetadata(SIMULATION_KEY, `${bits} bits`);
    return insertSimulation(model, placement, ranges, {
      bits,
      unsigned: placement.form === 'onnxruntime',
      stochasticSeed,
    });
  }
  const quantizeWeights = weightQuantizer(options);
  return insertQdq(model, placement, ranges, { weightStorage, ...(quantizeWeights ? { quantizeWeights } : {}) });
}

/** Whether the ranges in the graph are amax / 127, so that a scale tells its range. */
export function isStaticInt8({ dtype, bits }: KindOptions): boolean {
  return dtype !== 'fp8' && bits === undefined;
}
