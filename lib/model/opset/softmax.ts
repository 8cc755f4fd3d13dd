import { inferRanks } from '../infer.js';
import { GraphNode } from '../node.js';
import type { Upgrade } from './context.js';

/**
 * Softmax-13, LogSoftmax-13, Hardmax-13: before, everything from `axis` on was flattened into one; now the operator works along
 * `axis` alone, whose default moved from 1 to -1. Where the axis is the last they are the same, else the flattening
 * is written out.
 */
export const softmaxAlongAxis: Upgrade = (node, { graph, main }) => {
  const axis = node.int('axis', 1);
  const [input = ''] = node.inputs;
  const [output = ''] = node.outputs;
  const rank = inferRanks(graph).get(input);
  if (axis === -1 || (rank !== undefined && axis === rank - 1)) {
    node.setAttribute('axis', { type: 'int', value: -1n });
    return;
  }
  const flat = main.uniqueName(`${output}_flat`);
  const result = main.uniqueName(`${output}_2d`);
  const shape = main.uniqueName(`${output}_shape`);
  const name = (suffix: string): string => main.uniqueName(`${node.name}_${suffix}`);
  const followers = graph.nodes[graph.nodes.indexOf(node) + 1];
  node.setInputs([flat]);
  node.setOutputs([result]);
  node.setAttribute('axis', { type: 'int', value: -1n });
  const create = (opType: string, inputs: string[], out: string, attributes = {}): GraphNode =>
    GraphNode.create({ opType, name: name(opType), inputs, outputs: [out], attributes });
  const flatten = create('Flatten', [input], flat, { axis: { type: 'int', value: BigInt(axis) } });
  const shapeOf = create('Shape', [input], shape);
  const restore = create('Reshape', [result, shape], output);
  graph.insertNodes(new Map([[node, [shapeOf, flatten]]]));
  graph.insertNodes(new Map([[followers, [restore]]]));
};
