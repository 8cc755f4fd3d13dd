import { elementTypeCode } from '../element-type.js';
import { Initializer } from '../initializer.js';
import { ValueInfo } from '../value-info.js';
import type { HalfConstants } from './constants.js';
import { CastNodes, type Wiring } from './wiring.js';

const FLOAT = elementTypeCode('float32');

/**
 * Gives the decided nodes 16-bit types: constants are converted, Casts stand where 16 bits meet float32. Names of graph
 * outputs and of what bodies read stay with the type that is expected there. Returns the number of Casts.
 */
export function lower(wiring: Wiring, constants: HalfConstants, keepIo: boolean): number {
  const { graph, types, made } = wiring;
  const { type } = constants;
  const code = elementTypeCode(type);
  const casts = new CastNodes(graph);
  const isFree = (name: string): boolean => !graph.usedInSubgraph(name);

  for (const node of wiring.sources()) {
    const [output = ''] = node.outputs;
    if (node.is('Cast')) node.setAttribute('to', { type: 'int', value: BigInt(code) });
    else if (!convertFill(wiring, output, type)) continue;
    made.add(output);
  }
  const typed = new Set<string>();
  if (!keepIo) {
    for (const { name } of graph.feeds) if (wiring.isFloat(name) && isFree(name)) typed.add(name);
    for (const { name } of graph.outputs) if (wiring.isFloat(name) && isFree(name)) typed.add(name);
    for (const { name } of graph.feeds) if (typed.has(name)) made.add(name);
  }

  // Name of each tensor's 16-bit and float32 form, made when first asked for.
  const halves = new Map<string, string>();
  const fulls = new Map<string, string>();
  for (const name of made) {
    const producer = graph.producer(name);
    if (typed.has(name) || (isFree(name) && !graph.isOutput(name))) {
      halves.set(name, name);
      continue;
    }
    const own = graph.uniqueName(`${name}_${type}`);
    producer!.setOutputs(producer!.outputs.map((output) => (output === name ? own : output)));
    halves.set(name, own);
    fulls.set(name, name);
    casts.add(producer, own, name, FLOAT);
  }
  // An output that a caller wants in 16 bits, of a node that stays.
  for (const name of typed) {
    const producer = graph.producer(name);
    if (made.has(name) || !producer) continue;
    const own = graph.uniqueName(`${name}_float32`);
    producer.setOutputs(producer.outputs.map((output) => (output === name ? own : output)));
    halves.set(name, name);
    fulls.set(name, own);
    casts.add(producer, own, name, code);
  }

  const half = (name: string): string => {
    const known = halves.get(name);
    if (known !== undefined) return known;
    const bits = constants.converted(name);
    const tensor = constants.of(name);
    const wanted = wiring.wants(name);
    const replaces = tensor !== undefined && !wanted.has('full');
    const own = replaces ? name : graph.uniqueName(`${name}_${type}`);
    if (tensor && bits) graph.setInitializer(Initializer.create(own, { dtype: type, shape: tensor.dims, data: bits }));
    else casts.add(graph.producer(name), name, own, code);
    halves.set(name, own);
    return own;
  };
  const full = (name: string): string => {
    const known = fulls.get(name);
    if (known !== undefined || !made.has(name)) return known ?? name;
    const own = graph.uniqueName(`${name}_float32`);
    casts.add(graph.producer(name), name, own, FLOAT);
    fulls.set(name, own);
    return own;
  };

  for (const node of graph.nodes) {
    const names = node.inputs.map((name, index) => {
      if (!wiring.isFloat(name)) return name;
      const wanted = wiring.wantedBy(node, index);
      if (wanted === 'any') return halves.get(name) ?? name;
      return wanted === 'half' ? half(name) : full(name);
    });
    if (names.some((name, index) => name !== node.inputs[index])) node.setInputs(names);
  }
  casts.apply();

  const retype = (value: ValueInfo): ValueInfo =>
    halves.get(value.name) === value.name && types.get(value.name) === 'float32'
      ? ValueInfo.create({ name: value.name, dtype: type, shape: value.shape })
      : value;
  graph.setInputs(graph.inputs.map(retype));
  graph.setOutputs(graph.outputs.map(retype));
  graph.setValues(graph.values.map(retype));
  return casts.count;
}

/** Lets a ConstantOfShape fill with 16 bits, where the value fits. */
function convertFill({ graph }: Wiring, output: string, type: HalfConstants['type']): boolean {
  const node = graph.producer(output)!;
  const value = node.tensor('value');
  if (value !== undefined) return false;
  const tensor = Initializer.create('', { dtype: type, shape: [1], data: new Uint16Array(1) });
  node.setAttribute('value', { type: 'tensor', value: tensor });
  return true;
}
