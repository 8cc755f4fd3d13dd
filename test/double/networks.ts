import type { DataType, Tensor } from '#lib/data/tensor.js';
import { Graph, GraphNode, Model } from '#lib/model/index.js';
import { ValueInfo } from '#lib/model/value-info.js';
import { build } from '../model/build.js';

/** Networks that the double computes as they are: test/native/double/infer/interpret.h lists its operators. */

/** y = max(x, 0) + x, of shape batch x 3. */
export function fold(batch: number | string = 'n'): Uint8Array {
  const lines = [
    ['Relu', 'x', 'positive'],
    ['Add', 'positive x', 'y'],
  ] as const;
  return declared(build(lines, { inputs: { x: [batch, 3] }, outputs: ['y'] }), [batch, 3]);
}

/** The indices of what is not zero: an output whose size only its values tell. */
export function nonZero(): Uint8Array {
  const node = GraphNode.create({ opType: 'NonZero', name: 'y', inputs: ['x'], outputs: ['y'] });
  return model([node], 'float32', [2, 4], 'int64', [2, 'found']);
}

/** x as another type. */
export function cast(from: DataType, to: DataType, code: number): Uint8Array {
  const attributes = { to: { type: 'int', value: BigInt(code) } } as const;
  const node = GraphNode.create({ opType: 'Cast', name: 'y', inputs: ['x'], outputs: ['y'], attributes });
  return model([node], from, [4], to, [4]);
}

export function row(...values: number[]): Tensor {
  return { dtype: 'float32', shape: [values.length / 3, 3], data: Float32Array.from(values) };
}

/** What {@link fold} gives for this. */
export function folded({ data }: Tensor): number[] {
  return [...(data as Float32Array)].map((value) => (value > 0 ? 2 * value : value));
}

function model(
  nodes: GraphNode[],
  from: DataType,
  input: readonly (number | string)[],
  to: DataType,
  output: readonly (number | string)[],
): Uint8Array {
  const inputs = [ValueInfo.create({ name: 'x', dtype: from, shape: [...input] })];
  const outputs = [ValueInfo.create({ name: 'y', dtype: to, shape: [...output] })];
  const graph = Graph.create({ name: 'built', nodes, initializers: [], inputs, outputs });
  return Model.create(graph, 8, new Map([['', 13]])).toBytes();
}

/** The model, its output's shape declared. */
function declared(built: Model, shape: readonly (number | string)[]): Uint8Array {
  return model([...built.graph.nodes], 'float32', shape, 'float32', shape);
}
