import { basename } from 'node:path';
import { packStatistics, symmetricRange, type CalibrationTable, type TensorRange } from '../tables/index.js';
import { packageVersion } from '../version.js';
import type { Calibration } from './calibrate.js';
import type { DrawnSamples } from './samples.js';

/** The table of a calibration: its ranges, what they came from, and the statistics, which other methods and merging start from. */
export async function createTable(calibration: Calibration, samples: DrawnSamples): Promise<CalibrationTable> {
  const { prepared, captured, ranges, label } = calibration;
  const tensors = [...ranges].map(([name, { max }]): [string, TensorRange] => [
    name,
    symmetricRange(max, captured.statistics.get(name)?.summary()),
  ]);
  return {
    method: label,
    model: { name: basename(prepared.model.path), sha256: prepared.sha256 },
    data: { hash: samples.hash, samples: captured.samples, preprocessing: samples.preprocessing },
    conditions: { calibrt: packageVersion(), ...captured.conditions },
    tensors: Object.fromEntries(tensors),
    statistics: await packStatistics(captured.statistics),
  };
}
