import { nativeCalibrators, type BuildOptions, type NativeCalibrator } from '../../backends/tensorrt/index.js';
import type { PercentileCalibratorOptions } from '../../backends/tensorrt/index.js';
import {
  fixedBatch,
  modelInputs,
  openDataset,
  readBatches,
  summarizeSample,
  type IterableSample,
  type ModelInput,
  type SampleSummary,
} from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import { openModel } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import { drawSamples, type DrawnSamples, type SampleOptions } from '../calibration/samples.js';

/** A native calibrator of TensorRT 10 with samples as the other operations take them. */
export interface ImplicitCalibration extends Omit<PercentileCalibratorOptions, 'limit'> {
  /** Default `entropy2`. */
  readonly calibrator?: NativeCalibrator['algorithm'];
  /** Absent where the cache or the table holds all scales. */
  readonly samples?: SampleOptions;
  /** Samples per batch, for a network that takes any number; default: axis 0 of the calibration shape. */
  readonly batch?: number;
}

/** What {@link prepareCalibration} found out. */
export interface PreparedCalibration {
  readonly calibrator: NativeCalibrator;
  readonly calibrationShapes: Readonly<Record<string, readonly number[]>>;
  /** The first sample, once it was read. */
  readonly firstSample: () => Readonly<Record<string, SampleSummary>> | undefined;
}

/**
 * Opens the samples of an implicit calibration, in batches of the shape that the build's profile asks for.
 *
 * @throws CalibrtError as `openModel` and `drawSamples` throw; `ERR_USAGE` for options that make no sense.
 */
export async function prepareCalibration(
  path: string,
  { calibrator = 'entropy2', samples, batch, ...options }: ImplicitCalibration,
  build: BuildOptions & OperationOptions,
): Promise<PreparedCalibration> {
  if (calibrator !== 'percentile' && options.percentile !== undefined) {
    throw new CalibrtError('ERR_USAGE', `percentile is for the calibrator percentile, not for ${calibrator}`);
  }
  const model = await openModel(path, build.signal === undefined ? {} : { signal: build.signal });
  const stated = modelInputs(model.inputs);
  const calibrationShapes = batchShapes(stated, batch, build);
  const inputs = stated.map((input) => batchInput(input, calibrationShapes[input.name]));
  let first: Readonly<Record<string, SampleSummary>> | undefined;
  const loader =
    samples && readSamples(await drawSamples(samples, inputs, 0), inputs, build, (item) => (first ??= item));
  return {
    calibrator: new nativeCalibrators[calibrator](loader, options),
    calibrationShapes,
    firstSample: () => first,
  };
}

/** OPT of the first profile unless said otherwise, with `batch` samples where axis 0 is open. */
function batchShapes(
  inputs: readonly ModelInput[],
  batch: number | undefined,
  { profiles = [], calibrationShapes = {} }: BuildOptions,
): Readonly<Record<string, readonly number[]>> {
  const shapes: Record<string, readonly number[]> = {};
  for (const { name, shape } of inputs) {
    if (shape.every((size) => typeof size === 'number')) continue;
    const given = calibrationShapes[name] ?? profiles[0]?.[name]?.opt;
    if (given === undefined) continue;
    const open = typeof shape[0] !== 'number' && batch !== undefined && given.length > 0;
    shapes[name] = open ? [batch, ...given.slice(1)] : given;
  }
  return shapes;
}

/** What samples must be: of the batch's shape, and FP32 whatever float type the network takes. */
function batchInput({ name, dtype, shape }: ModelInput, fixed: readonly number[] | undefined): ModelInput {
  const index = dtype === 'int32' || dtype === 'int64' || dtype === 'bool';
  return { name, dtype: index ? dtype : 'float32', shape: fixed ?? shape };
}

async function* readSamples(
  { calibration, stream }: DrawnSamples,
  inputs: readonly ModelInput[],
  { signal, onWarning }: OperationOptions,
  onFirst: (first: Readonly<Record<string, SampleSummary>>) => void,
): AsyncGenerator<IterableSample, void> {
  const batches =
    calibration.kind === 'stream'
      ? stream!
      : readBatches(await openDataset(calibration.spec, inputs), calibration.indices, {
          batch: fixedBatch(inputs) ?? 1,
          ...(signal && { signal }),
          onSkip: (name, reason) => onWarning?.(`${name} is skipped: ${reason}`),
        });
  let isFirst = true;
  for await (const { inputs: tensors } of batches) {
    if (isFirst) {
      onFirst(Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, summarizeSample(tensor)])));
    }
    isFirst = false;
    yield tensors;
  }
}
