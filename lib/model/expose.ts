import { CalibrtError } from '../errors.js';
import { dropUnusedInitializers, removeDeadNodes } from './clean/unused.js';
import type { Model } from './model.js';
import { ValueInfo } from './value-info.js';

/** Options of {@link exposeTensors}. */
export interface ExposeOptions {
  /** Leaves out the model's own outputs, and with them whatever leads to none of the exposed tensors. Default false. */
  readonly only?: boolean;
}

/**
 * A copy of the model with inner tensors added to its outputs, in the order given. Graph inputs, which the caller feeds, and what
 * is an output already are passed over.
 *
 * @throws CalibrtError `ERR_USAGE` for a tensor that no node makes.
 */
export function exposeTensors(model: Model, names: Iterable<string>, options: ExposeOptions = {}): Model {
  const copy = model.clone();
  const { graph } = copy;
  const exposed: ValueInfo[] = [];
  for (const name of new Set(names)) {
    if (graph.isInput(name)) continue;
    if (!graph.producer(name)) {
      throw new CalibrtError('ERR_USAGE', `${model.path} has no tensor "${name}" that a node makes`);
    }
    // Without a stated type the runtime's own inference decides.
    exposed.push(graph.valueInfo(name) ?? ValueInfo.create({ name, dtype: undefined, shape: undefined }));
  }
  if (exposed.length === 0) return copy;
  if (options.only) {
    graph.setOutputs(exposed);
    removeDeadNodes(graph);
    dropUnusedInitializers(graph);
  } else {
    graph.setOutputs([...graph.outputs, ...exposed.filter(({ name }) => !graph.isOutput(name))]);
  }
  return copy;
}
