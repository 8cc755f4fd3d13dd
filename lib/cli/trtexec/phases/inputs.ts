import { readFile } from 'node:fs/promises';
import type { EngineTensor } from '../../../backends/tensorrt/engine-options.js';
import { randomInput } from '../../../bench/random-input.js';
import { bytesPerElement, elementCount, isDataType, viewAs } from '../../../data/dtype.js';
import type { DataType, NamedTensors, Tensor } from '../../../data/index.js';
import { CalibrtError } from '../../../errors.js';
import type { TrtexecEngine } from '../backend.js';
import { dimsText } from '../banner.js';
import { typeName } from '../exports/raw-bindings.js';
import { findPlausible, matchesPattern } from '../options/specs.js';
import type { Run } from './run.js';

/** Shapes of dynamic inputs; of shape tensors, their values. */
export type RunShapes = Readonly<Record<string, readonly number[]>>;

/**
 * Decides the shape of every input, and tells of it as trtexec does.
 *
 * @throws CalibrtError `ERR_USAGE` for names, shapes and profiles that the engine does not have; `ERR_DATA_NOT_FOUND`,
 *   `ERR_DATA_SHAPE` for a file with the values of a shape tensor.
 */
export async function runShapes(run: Run, engine: TrtexecEngine): Promise<RunShapes> {
  const { inference } = run.settings;
  const inputs = engine.tensors.filter(({ mode }) => mode === 'input');
  checkProfile(run, engine);
  checkNames('--shapes', inference.shapes, inputs);
  checkNames('--loadInputs', inference.inputs, inputs);
  const shapes: Record<string, readonly number[]> = {};
  for (const input of inputs) {
    const dims = await dimsToSet(run, input);
    if (dims !== undefined) shapes[input.name] = dims;
  }
  return shapes;
}

function checkProfile({ settings, log }: Run, { profiles }: TrtexecEngine): void {
  const { profile, profileGiven } = settings.inference;
  if (profile >= profiles) {
    const holds = `Selected profile index ${profile} exceeds the number of profiles that the engine holds`;
    throw new CalibrtError(
      'ERR_USAGE',
      `${holds} (${profiles}): give --useProfile=0${profiles > 1 ? ` to ${profiles - 1}` : ''}`,
    );
  }
  if (profiles > 1 && !profileGiven) {
    log.warn(
      `${profiles} profiles detected but not set. Running with profile 0. Please use --dumpOptimizationProfile to see all ` +
        'available profiles.',
    );
  }
}

function checkNames(flag: string, given: ReadonlyMap<string, unknown>, inputs: readonly EngineTensor[]): void {
  for (const pattern of given.keys()) {
    if (inputs.some(({ name }) => matchesPattern(pattern, name))) continue;
    throw new CalibrtError(
      'ERR_USAGE',
      `${flag}: Cannot find input tensor with name "${pattern}" in the engine bindings: they are ` +
        inputs.map(({ name }) => `"${name}"`).join(', '),
    );
  }
}

/** The dimensions (or values) to set, checked against the profile; undefined where nothing has to be set. */
async function dimsToSet({ settings, log }: Run, input: EngineTensor): Promise<readonly number[] | undefined> {
  const { shapes, inputs, profile } = settings.inference;
  const { name, shape, shapeTensor } = input;
  const given = findPlausible(shapes, name);
  if (!shapeTensor && !shape.includes(-1)) {
    if (given === undefined || dimsText(given) === dimsText(shape)) return undefined;
    throw new CalibrtError(
      'ERR_USAGE',
      `The engine was built with static shapes for input tensor ${name}, ${dimsText(shape)}; --shapes gives ${dimsText(given)}`,
    );
  }
  const file = shapeTensor ? findPlausible(inputs, name) : undefined;
  const dims = file === undefined ? (given ?? ones(input)) : await readValues(file, input);
  if (file === undefined && given === undefined) {
    const what = shapeTensor ? 'Values missing for input shape tensor' : 'Shape missing for input with dynamic shape';
    log.warn(`${what}: ${name}. Automatically setting ${shapeTensor ? 'values' : 'shape'} to: ${dimsText(dims)}`);
  }
  checkRange(input, profile, dims);
  log.info(`Set ${shapeTensor ? 'input shape tensor' : 'shape of input tensor'} ${name} to: ${dimsText(dims)}`);
  return dims;
}

function ones({ shape, shapeTensor }: EngineTensor): number[] {
  if (shapeTensor) return Array<number>(elementCount(shape)).fill(1);
  return shape.map((dim) => (dim < 0 ? 1 : dim));
}

async function readValues(file: string, { name, shape }: EngineTensor): Promise<number[]> {
  const bytes = await readBytes(file, name);
  const count = elementCount(shape);
  if (bytes.byteLength < count * 8) {
    throw new CalibrtError(
      'ERR_DATA_SHAPE',
      `${file} has ${bytes.byteLength} bytes; ${count} int64 values of ${name} take ${count * 8}`,
    );
  }
  return Array.from(viewAs('int64', bytes.buffer, 0, count), Number);
}

function checkRange({ name, profiles }: EngineTensor, profile: number, dims: readonly number[]): void {
  const range = profiles[profile];
  if (range === undefined) return;
  const fits =
    dims.length === range.min.length && dims.every((dim, axis) => dim >= range.min[axis]! && dim <= range.max[axis]!);
  if (fits) return;
  throw new CalibrtError(
    'ERR_USAGE',
    `input ${name}: ${dimsText(dims)} is outside profile ${profile}, which serves ${dimsText(range.min)} to ` +
      `${dimsText(range.max)}: give --shapes=${name}:DIMS`,
  );
}

/**
 * The values of all inputs whose type has a typed array, from files or random as trtexec's; the library fills the others likewise.
 *
 * @throws CalibrtError `ERR_DATA_NOT_FOUND`, `ERR_DATA_SHAPE`, `ERR_DATA_DTYPE` for files of `--loadInputs`.
 */
export async function bindInputs(run: Run, engine: TrtexecEngine, shapes: RunShapes): Promise<NamedTensors> {
  const { inference } = run.settings;
  const { log } = run;
  const values: Record<string, Tensor> = {};
  const created = (tensor: EngineTensor, mode: string, dims: readonly number[]): string =>
    `${mode} binding for ${tensor.name} with dimensions ${dimsText(dims)} and type ${typeName(tensor.dtype).toUpperCase()} is created.`;
  for (const tensor of engine.tensors.filter(({ mode }) => mode === 'input')) {
    const dims = tensor.shapeTensor ? tensor.shape : (shapes[tensor.name] ?? tensor.shape);
    const file = findPlausible(inference.inputs, tensor.name);
    const loaded = file === undefined ? undefined : await loadInput(file, tensor, dims);
    if (loaded !== undefined) values[tensor.name] = loaded;
    else if (isDataType(tensor.dtype) && !tensor.shapeTensor) values[tensor.name] = randomInput(tensor.dtype, dims);
    for (let stream = 0; stream < inference.streams; ++stream) {
      log.info(
        file === undefined
          ? `Using random values for input ${tensor.name}`
          : `Using values loaded from ${file} for input ${tensor.name}`,
      );
      log.info(created(tensor, 'Input', dims));
    }
  }
  for (const tensor of engine.tensors.filter(({ mode }) => mode === 'output')) {
    for (let stream = 0; stream < inference.streams; ++stream) {
      log.info(
        tensor.shape.includes(-1)
          ? `Output binding for ${tensor.name} is dynamic and will be created during execution using OutputAllocator.`
          : created(tensor, 'Output', tensor.shape),
      );
    }
  }
  return values;
}

/** A raw file of exactly the input's bytes, or of twice as many, of which the first half counts. */
async function loadInput(
  file: string,
  { name, dtype, shapeTensor }: EngineTensor,
  dims: readonly number[],
): Promise<Tensor | undefined> {
  if (shapeTensor) return undefined;
  if (!isDataType(dtype)) {
    throw new CalibrtError(
      'ERR_DATA_DTYPE',
      `--loadInputs: input ${name} is ${dtype}, of which calibrt reads no files`,
    );
  }
  const bytes = await readBytes(file, name);
  const count = elementCount(dims);
  const size = count * bytesPerElement(dtype);
  if (bytes.byteLength !== size && bytes.byteLength !== 2 * size) {
    throw new CalibrtError(
      'ERR_DATA_SHAPE',
      `--loadInputs: ${file} has ${bytes.byteLength} bytes; input ${name}, ${dimsText(dims)} of ${typeName(dtype)}, takes ${size}`,
    );
  }
  return { dtype: dtype satisfies DataType, shape: dims, data: viewAs(dtype, bytes.buffer, 0, count) };
}

async function readBytes(
  file: string,
  name: string,
): Promise<{ readonly buffer: ArrayBuffer; readonly byteLength: number }> {
  try {
    // Copied, as a small file's bytes lie in Node's pool at any offset.
    const { buffer, byteLength } = new Uint8Array(await readFile(file));
    return { buffer, byteLength };
  } catch (cause) {
    throw new CalibrtError('ERR_DATA_NOT_FOUND', `--loadInputs: ${file}, values of input ${name}, cannot be read`, {
      cause,
    });
  }
}
