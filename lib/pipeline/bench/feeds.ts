import { padBatch } from '../../backends/onnxruntime/fixed-batch.js';
import { randomInput } from '../../bench/random-input.js';
import { allocate, elementCount, isFloat } from '../../data/dtype.js';
import { DEFAULT_LIMIT, openDataset, readBatches, type ModelInput, type NamedTensors } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import { allSamples, type SampleOptions } from '../calibration/samples.js';

/** Shape of each input, by name. */
export type InputShapes = Readonly<Record<string, readonly number[]>>;

/**
 * The first sample of the draw, repeated to the batch that the shapes ask for.
 *
 * @throws CalibrtError `ERR_DATA_*` as the loaders throw them.
 */
export async function sampleFeeds(
  options: SampleOptions,
  inputs: readonly ModelInput[],
  shapes: InputShapes,
): Promise<NamedTensors> {
  const shaped = inputs.map((input) => ({ ...input, shape: [...(shapes[input.name] ?? input.shape)] }));
  const drawn = await allSamples({ limit: DEFAULT_LIMIT, ...options }, shaped);
  const { calibration: source, stream } = drawn;
  const batches =
    stream ??
    (source.kind === 'dataset'
      ? readBatches(await openDataset(source.spec, shaped), source.indices, { batch: 1 })
      : undefined);
  for await (const batch of batches ?? []) {
    const size = shaped[0]?.shape[0];
    return padBatch(batch, typeof size === 'number' ? size : 1);
  }
  throw new CalibrtError('ERR_DATA_EMPTY', 'there is no sample to time the models on');
}

/**
 * Inputs for a model that is timed without samples: trtexec's random numbers for floats, and ones for whole numbers, which any vocabulary
 * has and any mask takes for "there".
 */
export function madeUpFeeds(inputs: readonly ModelInput[], shapes: InputShapes): NamedTensors {
  return Object.fromEntries(
    inputs.map(({ name, dtype }) => {
      const shape = shapes[name]!;
      if (isFloat(dtype)) return [name, randomInput(dtype, shape)];
      const data = allocate(dtype, elementCount(shape));
      return [
        name,
        {
          dtype,
          shape,
          data: data.fill((data instanceof BigInt64Array || data instanceof BigUint64Array ? 1n : 1) as never),
        },
      ];
    }),
  );
}

/**
 * The shapes to run a model in: those given, and what it states; a dimension that both leave open becomes 1.
 *
 * @returns With the names of the inputs that had a dimension made up.
 * @throws CalibrtError `ERR_USAGE` for a shape of no input, of another rank, or of other sizes than the model's.
 */
export function runShapes(
  model: string,
  inputs: readonly ModelInput[],
  given: InputShapes,
): { shapes: InputShapes; madeUp: readonly string[] } {
  for (const [name, dims] of Object.entries(given)) {
    const input = inputs.find((each) => each.name === name);
    if (input === undefined) {
      const names = inputs.map((each) => each.name).join(', ');
      throw new CalibrtError('ERR_USAGE', `--shapes ${name}: ${model} has no such input, but ${names}`);
    }
    const fits =
      dims.length === input.shape.length &&
      input.shape.every((size, axis) => typeof size !== 'number' || size === dims[axis]);
    if (!fits || dims.some((size) => !Number.isSafeInteger(size) || size < 1)) {
      const stated = input.shape.map((size) => (typeof size === 'number' ? size : '?')).join('x');
      throw new CalibrtError(
        'ERR_USAGE',
        `--shapes ${name}:${dims.join('x')}: ${model} states ${stated}, with positive sizes where open`,
      );
    }
  }
  const madeUp = inputs.filter(({ name, shape }) => !given[name] && shape.some((size) => typeof size !== 'number'));
  const shapes = inputs.map(({ name, shape }): [string, readonly number[]] => [
    name,
    given[name] ?? shape.map((size) => (typeof size === 'number' ? size : 1)),
  ]);
  return { shapes: Object.fromEntries(shapes), madeUp: madeUp.map(({ name }) => name) };
}
