import { CalibrtError } from '../errors.js';
import type { Model } from './model.js';
import { ValueInfo } from './value-info.js';

/**
 * A copy of the model with inner tensors added to its outputs, in the order given. Graph inputs, which the caller feeds, and what
 * is an output already are passed over.
 *
 * @throws CalibrtError `ERR_USAGE` for a tensor that no node makes.
 */
export function exposeTensors(model: Model, names: Iterable<string>): Model {
  const copy = model.clone();
  const { graph } = copy;
  const added: ValueInfo[] = [];
  for (const name of new Set(names)) {
    if (graph.isOutput(name) || graph.isInput(name)) continue;
    if (!graph.producer(name))
      throw new CalibrtError('ERR_USAGE', `${model.path} has no tensor "${name}" that a node makes`);
    // Without a stated type the runtime's own inference decides.
    added.push(graph.valueInfo(name) ?? ValueInfo.create({ name, dtype: undefined, shape: undefined }));
  }
  if (added.length > 0) graph.setOutputs([...graph.outputs, ...added]);
  return copy;
}
