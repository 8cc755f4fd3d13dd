import type { Graph } from '../../graph.js';
import type { GraphNode } from '../../node.js';
import { quantizedBeyond } from '../neighbours.js';
import { leave, quantize, type Rule } from '../rule.js';

/** The scaling of channels by a gate computed from their averages takes both factors quantized. */
export const squeezeExciteRule: Rule = (node, context) => {
  if (!node.is('Mul') || node.inputs.length !== 2) return undefined;
  const { facts, draft } = context;
  const [a = '', b = ''] = node.inputs;
  if (!facts.isActivation(a) || !facts.isActivation(b)) return undefined;
  if (!isGate(facts.graph, a, b) && !isGate(facts.graph, b, a)) return undefined;
  if (!quantizedBeyond(node.outputs[0] ?? '', context)) {
    return leave('excite-before-float', 'It scales channels, but what reads it takes float values.');
  }
  draft.addInput(node, 0);
  draft.addInput(node, 1);
  return quantize('squeeze-excite', 'It scales channels by a computed gate: both factors are quantized.');
};

const squashes = new Set(['Sigmoid', 'HardSigmoid']);
const averages = new Set(['GlobalAveragePool', 'ReduceMean', 'AveragePool']);
const longestGate = 12;

// Sigmoid at the end, an average of each channel at the start, little in between. Where the sigmoid is that of the other factor, the
// product is a Swish.
function isGate(graph: Graph, tensor: string, factor: string): boolean {
  let node = graph.producer(tensor);
  if (!node || !squashes.has(node.opType) || node.inputs[0] === factor) return false;
  for (let steps = 0; node && steps < longestGate; steps++) {
    if (averages.has(node.opType)) return true;
    node = mainProducer(graph, node);
  }
  return false;
}

// Of a Swish within the gate, either factor leads back to the same place.
function mainProducer(graph: Graph, node: GraphNode): GraphNode | undefined {
  return graph.producer(node.inputs[0] ?? '') ?? graph.producer(node.inputs[1] ?? '');
}
