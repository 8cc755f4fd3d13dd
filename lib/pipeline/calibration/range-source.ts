import { modelInputs } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import type { Placement } from '../../model/index.js';
import { checkTable, readTable, type CalibrationTable } from '../../tables/index.js';
import type { PreparedModel } from '../prepare.js';
import type { QuantizeOptions } from '../quantize-options.js';
import { trialCapture } from '../sensitivity/capture.js';
import { calibrateTensors, qdqCapture } from './calibrate.js';
import { createTable } from './create-table.js';
import { firstSamples } from './first-samples.js';
import { drawSamples, type DrawnSamples, type SampleOptions } from './samples.js';
import type { CapturedStatistics } from './statistics.js';

/** With a table nothing is calibrated, so all samples serve the verification, or as many as are asked for. */
export async function drawFor(
  options: SampleOptions & Pick<QuantizeOptions, 'table' | 'holdout'>,
  { model }: PreparedModel,
): Promise<DrawnSamples> {
  const inputs = modelInputs(model.inputs);
  const { table, holdout } = options;
  if (table === undefined || holdout === 0) return drawSamples(options, inputs, holdout);
  const drawn = await drawSamples(options, inputs, 0);
  const { calibration } = drawn;
  const isPart = holdout !== undefined && calibration.kind !== 'stream';
  return { ...drawn, holdout: isPart ? firstSamples(drawn, holdout) : calibration };
}

/** Where the ranges came from: a calibration, or a table. */
export interface RangeSource {
  readonly label: string;
  readonly table: CalibrationTable;
  readonly captured?: CapturedStatistics;
}

/**
 * Reads the table that the options name, or calibrates.
 *
 * @throws CalibrtError `ERR_TABLE_*` for the table, `ERR_USAGE` where there are neither table nor samples, and what a calibration throws.
 */
export async function findRanges(
  prepared: PreparedModel,
  placement: Placement,
  samples: DrawnSamples | null,
  tools: Parameters<typeof calibrateTensors>[3],
  options: QuantizeOptions,
): Promise<RangeSource> {
  const tensors = placement.activations.map(({ tensor }) => tensor);
  if (options.table !== undefined) {
    const table = await readTable(options.table);
    checkTable(table, { modelSha256: await prepared.model.sha256(), tensors }, options.table);
    if (samples !== null && (await isSameDraw(table, samples, options.signal))) {
      options.onWarning?.(`${options.table} was calibrated on these very samples: verify on others, which tell more`);
    }
    return { label: table.method, table };
  }
  if (samples === null) {
    throw new CalibrtError(
      'ERR_USAGE',
      'no samples and no table: give samples to calibrate on (--data) or a table (--table)',
    );
  }
  const needed = qdqCapture(prepared.model, placement);
  const set = options.auto ? trialCapture(prepared.model, placement) : needed;
  const calibration = await calibrateTensors(prepared, set, samples, tools, options);
  const { label, captured } = calibration;
  return { label, captured, table: await createTable(calibration, samples, options.signal) };
}

async function isSameDraw({ data }: CalibrationTable, samples: DrawnSamples, signal?: AbortSignal): Promise<boolean> {
  const { calibration } = samples;
  // The hash, which reads all samples, is asked for only where it can be the same.
  if (data?.hash == null || calibration.kind === 'stream' || calibration.indices.length !== data.samples) return false;
  return (await samples.hash(signal)) === data.hash;
}
