import { Graph, GraphNode, Initializer, Model, type Attribute } from '#lib/model/index.js';
import { ValueInfo } from '#lib/model/value-info.js';
import { randomNumbers } from './helpers.js';

/** One node: operator, inputs and outputs by name (blank-separated, `_` omitted); attributes; its name is its first output's. */
export type Line = readonly [opType: string, inputs: string, outputs: string, attributes?: Record<string, Attribute>];

export const int = (value: number): Attribute => ({ type: 'int', value: BigInt(value) });
export const ints = (...value: number[]): Attribute => ({ type: 'ints', value: value.map(BigInt) });
export const text = (value: string): Attribute => ({ type: 'string', value });

/** What a hand-made graph consists of beside its nodes. */
export interface Around {
  /** Shapes of the inputs; a string is an open dimension. */
  readonly inputs: Record<string, (number | string)[]>;
  readonly outputs: readonly string[];
  /** Shapes of random weights, or int64 values. */
  readonly constants?: Record<string, number[] | bigint[]>;
  readonly opset?: number;
}

/** Builds a model by hand; its weights are random but the same every time. Nodes are named like their first output. */
export function build(lines: readonly Line[], around: Around): Model {
  const next = randomNumbers(7);
  const names = (list: string): string[] => list.split(' ').map((name) => (name === '_' ? '' : name));
  const nodes = lines.map(([opType, inputs, outputs, attributes = {}]) =>
    GraphNode.create({ opType, name: names(outputs)[0]!, inputs: names(inputs), outputs: names(outputs), attributes }),
  );
  const initializers = Object.entries(around.constants ?? {}).map(([name, value]) => {
    if (value.some((entry) => typeof entry === 'bigint')) {
      const data = BigInt64Array.from(value as bigint[]);
      return Initializer.create(name, { dtype: 'int64', shape: [data.length], data });
    }
    const shape = value as number[];
    const size = shape.reduce((product, dim) => product * dim, 1);
    const data = Float32Array.from({ length: size }, next);
    return Initializer.create(name, { dtype: 'float32', shape, data });
  });
  const graph = Graph.create({
    name: 'built',
    nodes,
    initializers,
    inputs: Object.entries(around.inputs).map(([name, shape]) => ValueInfo.create({ name, dtype: 'float32', shape })),
    outputs: around.outputs.map((name) => ValueInfo.create({ name, dtype: 'float32', shape: undefined })),
  });
  return Model.create(graph, 8, new Map([['', around.opset ?? 13]]));
}
