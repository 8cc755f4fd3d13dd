import { native } from '../../native.js';
import type { Attribute } from '../attribute.js';
import { dropUnusedInitializers } from '../clean/unused.js';
import { addConstant, int64 } from '../constants.js';
import type { Graph } from '../graph.js';
import type { Model } from '../model.js';
import { GraphNode } from '../node.js';
import type { Placement, WeightPoint } from '../placement/types.js';
import { scaleFloor } from '../qdq/scale.js';
import { readWeights, type IntegerWeights, type QuantizeWeights, type QuantizedWeight } from '../qdq/weights.js';

/** Attributes of Conv that ConvInteger has too. */
const convolutionAttributes = ['auto_pad', 'dilations', 'group', 'kernel_shape', 'pads', 'strides'];

/**
 * Turns the operators of a placement, in place, into ones on integers whose activation ranges are found at run time, as ONNX Runtime's
 * CPU kernels run them: DynamicQuantizeLinear, MatMulInteger or ConvInteger, and the product of the scales. What reads the same tensor shares
 * its quantization.
 *
 * @param placement - One of `placeDynamic`.
 * @param quantizeWeights - Default: symmetric, the native kernels.
 */
export async function insertDynamic(
  model: Model,
  placement: Placement,
  quantizeWeights: QuantizeWeights = (data, channels, inner, floor) =>
    native().quantizeWeights(data, channels, inner, floor),
): Promise<QuantizedWeight[]> {
  const { graph } = model;
  const writer = new DynamicWriter(graph);
  const weights: QuantizedWeight[] = [];
  const points = new Map(placement.weights.flatMap((point) => point.edges.map(({ node }) => [node, point] as const)));
  // In graph order: the first reader of a tensor quantizes it for all.
  for (const node of graph.nodes) {
    const point = points.get(node.name);
    if (point === undefined) continue;
    const { values, dims } = await readWeights(graph, point.tensor);
    const quantized = await quantizeWeights(values, point.channels, point.inner, scaleFloor);
    weights.push(writer.replace(node, point, { ...quantized, dims }));
  }
  writer.apply();
  dropUnusedInitializers(graph);
  return weights;
}

interface ShapedWeights extends IntegerWeights {
  readonly dims: readonly number[];
}

class DynamicWriter {
  readonly #before = new Map<GraphNode, GraphNode[]>();
  readonly #gone = new Set<GraphNode>();
  readonly #inputs = new Map<string, readonly [quantized: string, scale: string, zeroPoint: string]>();

  constructor(private readonly graph: Graph) {}

  replace(node: GraphNode, point: WeightPoint, weights: ShapedWeights): QuantizedWeight {
    const { graph } = this;
    const isConv = node.is('Conv');
    const [tensor = '', , bias = ''] = node.inputs;
    const rank = weights.dims.length;
    const added: GraphNode[] = [];
    const emit = (opType: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string => {
      const output = graph.uniqueName(`${node.name}_${opType}`);
      added.push(GraphNode.create({ opType, name: output, inputs, outputs: [output], attributes }));
      return output;
    };
    const [quantized, scale, zeroPoint] = this.#quantize(tensor, added);
    const { data, dims } = node.is('Gemm') && node.int('transB', 0) !== 0 ? transposed(weights) : weights;
    const stored = addConstant(graph, `${point.tensor}_quantized`, { dtype: 'int8', shape: dims, data });
    const channels = weights.scales.length;
    // Convolutions have their channels in the second place.
    const along = (count: number): number[] => (isConv ? [1, count, ...Array<number>(rank - 2).fill(1)] : [count]);
    const shape = channels === 1 ? [] : along(channels);
    const weightScale = addConstant(graph, `${point.tensor}_scale`, { dtype: 'float32', shape, data: weights.scales });
    const zero = weights.zeroPoints ?? new Int8Array(1);
    const weightZero = addConstant(graph, `${point.tensor}_zero_point`, { dtype: 'int8', shape: [], data: zero });
    const product = emit(
      isConv ? 'ConvInteger' : 'MatMulInteger',
      [quantized, stored, zeroPoint, weightZero],
      isConv ? pick(node, convolutionAttributes) : {},
    );
    const [output = ''] = node.outputs;
    const scaled = [emit('Cast', [product], { to: { type: 'int', value: 1n } }), emit('Mul', [scale, weightScale])];
    const last = bias === '' ? ['Mul', scaled] : ['Add', [emit('Mul', scaled), this.#bias(bias, isConv, rank, emit)]];
    const [opType, inputs] = last as [string, string[]];
    added.push(GraphNode.create({ opType, name: node.name, inputs, outputs: [output] }));
    this.#before.set(node, added);
    this.#gone.add(node);
    const bytes = { float32: data.length * 4, int8: data.length };
    return { tensor: point.tensor, quantized: stored, axis: point.axis, scales: weights.scales, bytes };
  }

  apply(): void {
    this.graph.insertNodes(this.#before);
    this.graph.removeNodes(this.#gone);
    // Removing an operator unregisters what its successor makes under the same name.
    for (const nodes of this.#before.values()) {
      const last = nodes.at(-1)!;
      last.setOutputs(last.outputs);
    }
  }

  #quantize(tensor: string, added: GraphNode[]): readonly [string, string, string] {
    const known = this.#inputs.get(tensor);
    if (known) return known;
    const name = (what: string): string => this.graph.uniqueName(`${tensor}_${what}`);
    const outputs = [name('quantized'), name('scale'), name('zero_point')] as const;
    const node = this.graph.uniqueName(`${tensor}_DynamicQuantizeLinear`);
    added.push(GraphNode.create({ opType: 'DynamicQuantizeLinear', name: node, inputs: [tensor], outputs }));
    this.#inputs.set(tensor, outputs);
    return outputs;
  }

  #bias(
    bias: string,
    isConv: boolean,
    rank: number,
    emit: (opType: string, inputs: readonly string[]) => string,
  ): string {
    if (!isConv) return bias;
    const shape = addConstant(this.graph, `${bias}_shape`, int64([1, -1, ...Array<number>(rank - 2).fill(1)]));
    return emit('Reshape', [bias, shape]);
  }
}

/** A matrix as MatMulInteger wants it, which has no transB. */
function transposed({ data, dims }: ShapedWeights): Pick<ShapedWeights, 'data' | 'dims'> {
  const [rows = 1, columns = 1] = dims;
  const turned = new Int8Array(data.length);
  data.forEach((value, index) => {
    turned[(index % columns) * rows + Math.floor(index / columns)] = value;
  });
  return { data: turned, dims: [columns, rows] };
}

function pick(node: GraphNode, names: readonly string[]): Record<string, Attribute> {
  return Object.fromEntries([...node.attributes].filter(([name]) => names.includes(name)));
}
