import { dropUnusedInitializers } from './clean/unused.js';
import type { Model } from './model.js';
import type { GraphNode } from './node.js';
import { ValueInfo, type TensorInfo } from './value-info.js';

/**
 * The part of a model that computes `outputs` from `inputs`, as a model of its own. Of the inputs, those that nothing in the part
 * reads are left out; where the outputs need more than the inputs, the model's own inputs are read.
 *
 * @param inputs - Tensors at which the part begins, with their types: graph inputs need one.
 * @param outputs - Tensors that nodes of the part make.
 */
export function extractPart(model: Model, inputs: readonly TensorInfo[], outputs: readonly string[]): Model {
  const part = model.clone();
  const { graph } = part;
  const cut = new Set(inputs.map(({ name }) => name));
  const kept = new Set<GraphNode>();
  const read = new Set<string>();
  const queue = [...outputs];
  for (let tensor = queue.pop(); tensor !== undefined; tensor = queue.pop()) {
    const producer = graph.producer(tensor);
    if (producer === undefined || kept.has(producer)) continue;
    kept.add(producer);
    for (const name of [...producer.inputs, ...(producer.subgraphs?.outer ?? [])]) {
      read.add(name);
      if (!cut.has(name)) queue.push(name);
    }
  }
  const own = model.inputs.filter(({ name }) => read.has(name) && !cut.has(name));
  graph.removeNodes(new Set(graph.nodes.filter((node) => !kept.has(node))));
  graph.setInputs([...inputs.filter(({ name }) => read.has(name)).map((info) => ValueInfo.create(info)), ...own]);
  graph.setOutputs(
    outputs.map(
      (name) => model.graph.valueInfo(name) ?? ValueInfo.create({ name, dtype: undefined, shape: undefined }),
    ),
  );
  graph.setValues([]);
  dropUnusedInitializers(graph);
  return part;
}
