import type { NamedTensors } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import type { NativeTimingRequest } from '../../native.js';
import type { EngineTensor } from './engine-options.js';
import { checkNames, toFeed } from './feeds.js';
import { checkRange, rangeOf, shapeText } from './shapes.js';
import type { TimingOptions } from './timing-options.js';

/** More streams than this are a mistake; each has a context with memory of its own. */
const mostStreams = 1024;

/**
 * Checks the options of a timed run and fills in what they leave out.
 *
 * @throws CalibrtError `ERR_USAGE`, `ERR_DATA_SHAPE`, `ERR_DATA_DTYPE` naming the option or input.
 */
export function toTimingRequest(tensors: readonly EngineTensor[], options: TimingOptions): NativeTimingRequest {
  const { profile = 0, durationSeconds = 3, allocationStrategy = 'static', persistentCacheRatio = 0 } = options;
  const { threads = false, cudaGraph = false, spinWait = false, transfers = true, exposeDma = false } = options;
  const { managedMemory = false, profileLayers = false, fetchOutputs = false } = options;
  const inputs = tensors.filter(({ mode }) => mode === 'input');
  if (durationSeconds !== -1) number('durationSeconds', durationSeconds, 0, Infinity);
  number('persistentCacheRatio', persistentCacheRatio, 0, 1);
  return {
    ...resolveInputs(inputs, profile, options),
    profile,
    iterations: integer('iterations', options.iterations ?? 10, 0, Number.MAX_SAFE_INTEGER),
    warmUpMs: number('warmUpMs', options.warmUpMs ?? 200, 0, Infinity),
    durationMs: durationSeconds * 1000,
    sleepMs: number('sleepMs', options.sleepMs ?? 0, 0, Infinity),
    idleMs: number('idleMs', options.idleMs ?? 0, 0, Infinity),
    streams: integer('streams', options.streams ?? 1, 1, mostStreams),
    ...{ threads, cudaGraph, spinWait, transfers, exposeDma, managedMemory, profileLayers, fetchOutputs },
    persistentCacheRatio,
    allocationStrategy,
  };
}

function resolveInputs(
  inputs: readonly EngineTensor[],
  profile: number,
  { shapes = {}, inputs: values = {} }: TimingOptions,
): Pick<NativeTimingRequest, 'shapes' | 'inputs'> {
  checkNames(inputs, Object.keys(shapes));
  checkNames(inputs, Object.keys(values));
  const resolved = inputs.map((input) => {
    const dims = shapes[input.name] ?? shapeOfValues(input, values) ?? rangeOf(input, profile).opt;
    checkRange(input, profile, dims);
    return { input: input.name, dims };
  });
  const feeds = inputs.flatMap((input) => {
    const given = values[input.name];
    if (given === undefined) return [];
    const dims = resolved.find((each) => each.input === input.name)!.dims;
    if (!input.shapeTensor && shapeText(dims) !== shapeText(given.shape)) {
      const [is, runs] = [shapeText(given.shape), shapeText(dims)];
      throw new CalibrtError('ERR_DATA_SHAPE', `input '${input.name}' has shape ${is}: the run is of shape ${runs}`);
    }
    return [toFeed(input, profile, given)];
  });
  return { shapes: resolved, inputs: feeds };
}

function shapeOfValues(input: EngineTensor, values: NamedTensors): readonly number[] | undefined {
  return input.shapeTensor ? undefined : values[input.name]?.shape;
}

function number(name: string, value: number, least: number, greatest: number): number {
  if (value >= least && value <= greatest) return value;
  const range = greatest === Infinity ? `at least ${least}` : `from ${least} to ${greatest}`;
  throw new CalibrtError('ERR_USAGE', `${name} is ${value}: expected a number ${range}`);
}

function integer(name: string, value: number, least: number, greatest: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= greatest) return value;
  const range = greatest === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `from ${least} to ${greatest}`;
  throw new CalibrtError('ERR_USAGE', `${name} is ${value}: expected an integer ${range}`);
}
