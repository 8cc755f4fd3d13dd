import type { NamedTensors, Tensor } from '../../data/tensor.js';
import { Graph } from '../graph.js';
import { Initializer } from '../initializer.js';
import { Model } from '../model.js';
import type { GraphNode } from '../node.js';
import { ValueInfo } from '../value-info.js';

/** Runs an ONNX model given as bytes, all of whose inputs are fed, and returns its outputs by name. */
export type Evaluate = (model: Uint8Array, feeds: NamedTensors) => Promise<Readonly<Record<string, Tensor>>>;

// Random numbers differ from run to run; Q/DQ on constants are quantized weights and must stay visible.
const neverFolded = new Set(
  (
    'Bernoulli DequantizeLinear DynamicQuantizeLinear Multinomial QuantizeLinear RandomNormal RandomNormalLike RandomUniform ' +
    'RandomUniformLike'
  ).split(' '),
);

/**
 * Replaces what depends on constants alone by its value, as `evaluate` computes it. Returns the names of the folded nodes.
 *
 * @throws What `evaluate` throws.
 */
export async function foldConstants(model: Model, evaluate: Evaluate): Promise<string[]> {
  const { graph } = model;
  const folded = constantNodes(graph);
  if (folded.size === 0) return [];
  const wanted = [...folded].flatMap((node) =>
    node.outputs.filter((name) => name !== '' && graph.consumers(name).some((consumer) => !folded.has(consumer))),
  );
  const results = wanted.length > 0 ? await evaluate((await partOf(model, folded, wanted)).toBytes(), {}) : {};
  graph.removeNodes(folded);
  for (const name of wanted) {
    const value = results[name];
    if (!value) throw new Error(`the evaluation of constants returned no "${name}"`);
    graph.setInitializer(Initializer.create(name, value));
  }
  return [...folded].map((node) => node.name);
}

function constantNodes(graph: Graph): Set<GraphNode> {
  const found = new Set<GraphNode>();
  for (const node of graph.nodes) {
    const constant = (name: string): boolean => {
      if (name === '' || (graph.initializers.has(name) && !graph.isInput(name))) return true;
      const producer = graph.producer(name);
      return producer !== undefined && found.has(producer);
    };
    const foldable =
      node.domain === '' &&
      !neverFolded.has(node.opType) &&
      !node.subgraphs &&
      node.inputs.every(constant) &&
      // A graph output stays the output of a node; strings and sequences have no typed array.
      !node.outputs.some((name) => graph.isOutput(name)) &&
      node.inputs.every((name) => graph.initializers.get(name)?.dtype !== 'string') &&
      !/Sequence|String|Optional/.test(node.opType);
    if (foldable) found.add(node);
  }
  return found;
}

async function partOf(model: Model, nodes: ReadonlySet<GraphNode>, outputs: readonly string[]): Promise<Model> {
  const initializers = new Map<string, Initializer>();
  for (const node of nodes) {
    for (const name of node.inputs) {
      const tensor = model.initializers.get(name);
      if (!tensor || initializers.has(name)) continue;
      // The part is run from memory, where a relative external file cannot be found.
      initializers.set(name, tensor.external ? Initializer.create(name, await tensor.read()) : tensor);
    }
  }
  const graph = Graph.create({
    name: 'constants',
    nodes: [...nodes].map((node) => node.clone()),
    initializers: [...initializers.values()],
    inputs: [],
    outputs: outputs.map((name) => ValueInfo.create({ name, dtype: undefined, shape: undefined })),
  });
  return Model.create(graph, model.irVersion, model.opsetImports);
}
