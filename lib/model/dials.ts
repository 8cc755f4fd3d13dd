import { addConstant } from './constants.js';
import { dialInputs } from './dial-inputs.js';
import type { Graph } from './graph.js';
import type { Model } from './model.js';
import { GraphNode } from './node.js';
import type { Placement } from './placement/types.js';
import { Insertion } from './qdq/insertion.js';
import { ValueInfo } from './value-info.js';

/**
 * A network whose activations are quantized, or not, by numbers that are fed with every run: y = clip(round(x / step), low, high)·step
 * at each point of the placement. One session so serves any choice of ranges. Rounding is half to even, as QuantizeLinear's.
 */
export interface DialModel {
  readonly model: Model;
  /** The tensor that element i of the three `dialInputs` is for. */
  readonly tensors: readonly string[];
}

/** Puts the dials into a copy of the cleaned network, which keeps its outputs. */
export function addDials(model: Model, placement: Placement): DialModel {
  const copy = model.clone();
  const { graph } = copy;
  const insertion = new Insertion(graph);
  placement.activations.forEach((point, index) => {
    const next = insertion.first(point.edges);
    const emit = (opType: string, inputs: readonly string[]): string => {
      const output = graph.uniqueName(`${point.tensor}_${opType}_dial`);
      insertion.add(next, GraphNode.create({ opType, name: output, inputs, outputs: [output] }));
      return output;
    };
    const position = addConstant(graph, `${point.tensor}_dial`, scalarIndex(index));
    const [step, low, high] = [dialInputs.steps, dialInputs.lows, dialInputs.highs].map((input) =>
      emit('Gather', [input, position]),
    );
    const rounded = emit('Round', [emit('Div', [point.tensor, step!])]);
    const dialled = emit('Mul', [emit('Clip', [rounded, low!, high!]), step!]);
    for (const edge of point.edges) insertion.node(edge).setInput(edge.input, dialled);
  });
  insertion.apply();
  addInputs(graph, placement.activations.length);
  return { model: copy, tensors: placement.activations.map(({ tensor }) => tensor) };
}

function addInputs(graph: Graph, count: number): void {
  const added = Object.values(dialInputs).map((name) => ValueInfo.create({ name, dtype: 'float32', shape: [count] }));
  graph.setInputs([...graph.inputs, ...added]);
}

function scalarIndex(index: number): { dtype: 'int64'; shape: []; data: BigInt64Array } {
  return { dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(index)) };
}
