import { addConstant } from '../constants.js';
import { dialInputs } from '../dial-inputs.js';
import type { Graph } from '../graph.js';
import { Initializer } from '../initializer.js';
import type { Model } from '../model.js';
import { GraphNode } from '../node.js';
import type { Edge, Placement, WeightPoint } from '../placement/types.js';
import { roundHalfEven } from '../qdq/round.js';
import { scaleFloor } from '../qdq/scale.js';
import { ValueInfo } from '../value-info.js';

/**
 * Builds twins: beside a node of the float network, the same node reading the same float tensors quantized. What the two put out
 * differs by that node's own quantization alone, not by what came before. The ranges are dials (`dialInputs`), the weights what INT8
 * makes of them.
 */
export class TwinBuilder {
  /** The tensor that element i of the dials is for. */
  readonly tensors: readonly string[];
  readonly #graph: Graph;
  readonly #nodes = new Map<string, GraphNode>();
  readonly #dialled = new Map<string, string>();
  readonly #weights = new Map<string, string>();
  readonly #added: GraphNode[] = [];

  constructor(
    model: Model,
    private readonly placement: Placement,
  ) {
    this.#graph = model.graph;
    this.tensors = placement.activations.map(({ tensor }) => tensor);
    for (const node of model.nodes) this.#nodes.set(node.name, node);
  }

  /** The node itself, by name. */
  node(name: string): GraphNode {
    return this.#nodes.get(name)!;
  }

  /** Adds a twin of a node whose inputs `edges` are quantized, and its weights. Returns the name of the twin's first result. */
  async twin(name: string, edges: readonly Edge[], rewired: ReadonlyMap<number, string> = new Map()): Promise<string> {
    const original = this.node(name);
    const inputs = await Promise.all(
      original.inputs.map(async (tensor, input) => {
        const own = rewired.get(input);
        if (own !== undefined) return own;
        if (edges.some((edge) => edge.node === name && edge.input === input)) return this.#dial(tensor);
        const weight = this.placement.weights.find((point) =>
          point.edges.some((edge) => edge.node === name && edge.input === input),
        );
        return weight ? await this.#quantizedWeight(weight) : tensor;
      }),
    );
    const outputs = original.outputs.map((output) => output && this.#graph.uniqueName(`${output}_twin`));
    const { opType, domain, attributes } = original;
    const own = { inputs, outputs, attributes: Object.fromEntries(attributes) };
    this.#added.push(GraphNode.create({ opType, domain, name: this.#graph.uniqueName(`${name}_twin`), ...own }));
    return outputs[0]!;
  }

  /** Puts everything into the graph. */
  apply(): void {
    this.#graph.insertNodes(new Map([[undefined, this.#added]]));
    const count = this.tensors.length;
    const dials = Object.values(dialInputs).map((input) =>
      ValueInfo.create({ name: input, dtype: 'float32', shape: [count] }),
    );
    this.#graph.setInputs([...this.#graph.inputs, ...dials]);
  }

  #dial(tensor: string): string {
    const known = this.#dialled.get(tensor);
    if (known !== undefined) return known;
    const position = addConstant(this.#graph, `${tensor}_dial`, {
      dtype: 'int64',
      shape: [],
      data: BigInt64Array.of(BigInt(this.tensors.indexOf(tensor))),
    });
    const emit = (opType: string, inputs: readonly string[]): string => {
      const output = this.#graph.uniqueName(`${tensor}_${opType}_dial`);
      this.#added.push(GraphNode.create({ opType, name: output, inputs, outputs: [output] }));
      return output;
    };
    const [step, low, high] = [dialInputs.steps, dialInputs.lows, dialInputs.highs].map((input) =>
      emit('Gather', [input, position]),
    );
    const rounded = emit('Round', [emit('Div', [tensor, step!])]);
    const dialled = emit('Mul', [emit('Clip', [rounded, low!, high!]), step!]);
    this.#dialled.set(tensor, dialled);
    return dialled;
  }

  async #quantizedWeight(point: WeightPoint): Promise<string> {
    const key = `${point.axis ?? ''} ${point.tensor}`;
    const known = this.#weights.get(key);
    if (known !== undefined) return known;
    const constant = this.#graph.initializers.get(point.tensor)!;
    const values = (await constant.read()).data as Float32Array;
    const name = this.#graph.uniqueName(`${point.tensor}_int8`);
    const data = quantizedValues(values, point);
    this.#graph.setInitializer(Initializer.create(name, { dtype: 'float32', shape: constant.dims, data }));
    this.#weights.set(key, name);
    return name;
  }
}

/** What symmetric INT8 makes of weights, as floats: range ±127 and scale amax/127 for each channel. */
export function quantizedValues(values: Float32Array, { channels, inner }: WeightPoint): Float32Array {
  const amax = new Float32Array(channels);
  values.forEach((value, i) => {
    const c = Math.floor(i / inner) % channels;
    amax[c] = Math.max(amax[c]!, Math.abs(value));
  });
  const scales = amax.map((value) => Math.fround(Math.max(value / 127, scaleFloor)));
  return values.map((value, i) => {
    const scale = scales[Math.floor(i / inner) % channels]!;
    return Math.max(-127, Math.min(127, roundHalfEven(value / scale))) * scale;
  });
}
