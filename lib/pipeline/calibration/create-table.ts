import { basename } from 'node:path';
import {
  asymmetricRange,
  packStatistics,
  symmetricRange,
  type CalibrationTable,
  type TensorRange,
} from '../../tables/index.js';
import { packageVersion } from '../../version.js';
import type { PreparedModel } from '../prepare.js';
import { isSymmetric } from './integer-form.js';
import type { FoundRanges } from './ranges.js';
import type { DrawnSamples } from './samples.js';
import type { CapturedStatistics } from './statistics.js';

/** A network with the ranges of its activations: what `calibrate` writes down and `quantize` writes into the graph. */
export interface Calibration extends FoundRanges {
  readonly prepared: PreparedModel;
  readonly captured: CapturedStatistics;
}

/** The table of a calibration: its ranges, what they came from, and the statistics, which other methods and merging start from. */
export async function createTable(
  calibration: Calibration,
  samples: DrawnSamples,
  signal?: AbortSignal,
): Promise<CalibrationTable> {
  const { prepared, captured, ranges, label } = calibration;
  const tensors = [...ranges].map(([name, range]): [string, TensorRange] => {
    const summary = captured.statistics.get(name)?.summary();
    const { min, max } = range;
    return [name, isSymmetric(range) ? symmetricRange(max, summary) : asymmetricRange(min, max, summary)];
  });
  return {
    method: label,
    model: { name: basename(prepared.model.path), sha256: await prepared.model.sha256() },
    data: { hash: await samples.hash(signal), samples: captured.samples, preprocessing: samples.preprocessing },
    conditions: { calibrt: packageVersion(), ...captured.conditions },
    tensors: Object.fromEntries(tensors),
    statistics: await packStatistics(captured.statistics),
  };
}
