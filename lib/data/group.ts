import { CalibrtError } from '../errors.js';
import type { Batch } from './batch.js';
import type { Sample } from './dataset.js';
import { allocate, elementCount, tensor } from './dtype.js';
import { formatShape, isBatchAxis } from './shape.js';
import type { ModelInput } from './spec.js';
import type { NamedTensors, Tensor } from './tensor.js';

/**
 * Puts consecutive samples of equal shapes together, `size` at most.
 *
 * @throws CalibrtError `ERR_USAGE` where `size` is above 1 but an input has no axis to put samples side by side on.
 */
export async function* groupSamples(
  samples: AsyncIterable<Sample>,
  inputs: readonly ModelInput[],
  size: number,
): AsyncGenerator<Batch, void> {
  checkBatchSize(inputs, size);
  let group: Sample[] = [];
  for await (const sample of samples) {
    if (group.length > 0 && !sameShapes(group[0]!.inputs, sample.inputs)) {
      yield toBatch(group);
      group = [];
    }
    group.push(sample);
    if (group.length >= size) {
      yield toBatch(group);
      group = [];
    }
  }
  if (group.length > 0) yield toBatch(group);
}

function checkBatchSize(inputs: readonly ModelInput[], size: number): void {
  if (!Number.isInteger(size) || size < 1) {
    throw new CalibrtError('ERR_USAGE', `--batch must be a whole number above 0, found ${size}`);
  }
  for (const { name, shape } of size === 1 ? [] : inputs) {
    if (isBatchAxis(shape) && (typeof shape[0] !== 'number' || shape[0] === size)) continue;
    throw new CalibrtError(
      'ERR_USAGE',
      `--batch ${size}: input ${name} takes ${formatShape(shape)}, which has no room for ${size} samples: use --batch 1`,
    );
  }
}

function sameShapes(a: NamedTensors, b: NamedTensors): boolean {
  return Object.entries(a).every(([name, { shape }]) => {
    const other = b[name]!.shape;
    return other.length === shape.length && other.every((length, axis) => length === shape[axis]);
  });
}

function toBatch(group: readonly Sample[]): Batch {
  const names = group.map(({ name }) => name);
  const labels = group.map(({ label }) => label);
  const inputs = group.length === 1 ? group[0]!.inputs : concatenate(group);
  return { names, inputs, ...(labels.some((label) => label !== undefined) && { labels }) };
}

function concatenate(group: readonly Sample[]): NamedTensors {
  const joined: Record<string, Tensor> = {};
  for (const [name, { dtype, shape }] of Object.entries(group[0]!.inputs)) {
    const length = elementCount(shape);
    const data = allocate(dtype, length * group.length);
    // `never`: TypeScript cannot see that number and bigint arrays do not mix here.
    group.forEach(({ inputs }, index) => data.set(inputs[name]!.data as never, index * length));
    joined[name] = tensor(dtype, [group.length, ...shape.slice(1)], data);
  }
  return joined;
}
