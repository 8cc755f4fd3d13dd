import { CalibrtError } from '../errors.js';
import type { Model } from './model.js';

/**
 * Fixes the shapes of inputs, in place, as `--input-shapes` asks: open dimensions take the given sizes. Types stated for inner
 * tensors are dropped, as they may speak of the old sizes; outputs keep their names and ranks.
 *
 * @throws CalibrtError `ERR_USAGE` for an input that is not there, another rank, or another size than the model fixes.
 */
export function setInputShapes(model: Model, shapes: ReadonlyMap<string, readonly number[]>): void {
  if (shapes.size === 0) return;
  const { graph } = model;
  const names = model.inputs.map((input) => input.name);
  for (const [name, dims] of shapes) {
    const stated = model.inputs.find((input) => input.name === name);
    const given = `${name}:${dims.join('x')}`;
    if (!stated) {
      throw new CalibrtError(
        'ERR_USAGE',
        `--input-shapes ${given}: the model has no input "${name}", but ${names.join(', ')}`,
      );
    }
    const { shape } = stated;
    const fits =
      !shape ||
      (shape.length === dims.length && shape.every((dim, axis) => typeof dim !== 'number' || dim === dims[axis]));
    if (!fits || dims.some((dim) => !Number.isInteger(dim) || dim < 1)) {
      const expected = shape?.map((dim) => dim ?? '?').join('x') ?? '';
      throw new CalibrtError(
        'ERR_USAGE',
        `--input-shapes ${given}: the model states ${expected}, with positive sizes where open`,
      );
    }
  }
  graph.setInputs(
    graph.inputs.map((input) => {
      const dims = shapes.get(input.name);
      return dims ? input.withShape(dims) : input;
    }),
  );
  graph.setValues([]);
  graph.setOutputs(
    graph.outputs.map((output) => (output.shape ? output.withShape(output.shape.map(() => null)) : output)),
  );
}
