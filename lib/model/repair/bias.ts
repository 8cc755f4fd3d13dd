import type { Graph } from '../graph.js';
import type { Model } from '../model.js';
import type { GraphNode } from '../node.js';
import type { Placement } from '../placement/types.js';
import type { MeasuringModel } from './observe.js';
import { readFloats, writeFloats } from './own-constant.js';
import { Measures, type ChannelLayout } from './reduce.js';
import { TwinBuilder } from './twins.js';

/** A constant that takes in a shift of a weighted operator's output. */
interface BiasSlot {
  /** The node that adds it: the operator itself, or the Add behind a MatMul. */
  readonly adder: GraphNode;
  readonly input: number;
  readonly layout: ChannelLayout;
}

/** A model that measures shifts, and whose they are. */
export interface ShiftMeasures extends MeasuringModel {
  /** Names of the nodes that output i tells the shift of. */
  readonly nodes: readonly string[];
}

/**
 * A copy of the model that puts out, for every quantized weighted operator with a constant bias (or none yet), by how much its own
 * quantization shifts each output channel: the mean over a run's values of what it makes of float inputs less what it makes of them
 * quantized. The ranges are fed as dials.
 */
export async function measureShifts(model: Model, placement: Placement): Promise<ShiftMeasures> {
  const copy = model.clone();
  const builder = new TwinBuilder(copy, placement);
  const names = [...new Set(placement.weights.flatMap(({ edges }) => edges.map(({ node }) => node)))];
  const measured: { node: string; output: string; twin: string; layout: ChannelLayout }[] = [];
  for (const name of names) {
    const node = builder.node(name);
    const slot = biasSlot(copy.graph, node);
    if (!slot) continue;
    const edges = placement.activations.flatMap((point) => point.edges.filter((edge) => edge.node === name));
    const pad = edges.length > 0 ? undefined : await twinOfPad(copy.graph, builder, placement, node);
    if (edges.length === 0 && pad === undefined) continue;
    const twin = await builder.twin(name, edges, pad === undefined ? undefined : new Map([[0, pad]]));
    measured.push({ node: name, output: node.outputs[0]!, twin, layout: slot.layout });
  }
  builder.apply();
  const measures = new Measures(copy);
  for (const { output, twin, layout } of measured) measures.channelMeans(output, twin, layout);
  return { model: copy, outputs: measures.apply(), nodes: measured.map(({ node }) => node) };
}

/** Adds its shift to the bias of each node, in place. */
export async function addShifts(model: Model, shifts: ReadonlyMap<string, ArrayLike<number>>): Promise<void> {
  const { graph } = model;
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  for (const [name, shift] of shifts) {
    const slot = biasSlot(graph, nodes.get(name)!);
    if (!slot) continue;
    const { adder, input, layout } = slot;
    const bias = adder.inputs[input] ? await readFloats(graph, adder, input) : new Float32Array(layout.channels);
    if (!bias) continue;
    const sum = Float32Array.from({ length: layout.channels }, (_, c) => bias[bias.length === 1 ? 0 : c]! + shift[c]!);
    writeFloats(graph, adder, input, sum, [layout.channels]);
  }
}

function biasSlot(graph: Graph, node: GraphNode): BiasSlot | undefined {
  const dims = graph.initializers.get(node.inputs[1] ?? '')?.dims ?? [];
  const [first = 0, second = 0] = dims;
  const own = (channels: number, at: ChannelLayout['at']): BiasSlot | undefined =>
    fits(graph, node.inputs[2], channels) ? { adder: node, input: 2, layout: { channels, at } } : undefined;
  if (node.is('Conv')) return own(first, 'second');
  if (node.is('ConvTranspose')) return own(second * node.int('group', 1), 'second');
  if (node.is('Gemm')) {
    return node.float('beta', 1) === 1 ? own(node.int('transB', 0) !== 0 ? first : second, 'last') : undefined;
  }
  return node.is('MatMul') && dims.length === 2 ? addBehind(graph, node, second) : undefined;
}

/** Where the only reader of a product adds a constant per column. */
function addBehind(graph: Graph, node: GraphNode, channels: number): BiasSlot | undefined {
  const tensor = node.outputs[0] ?? '';
  const [adder, ...others] = graph.consumers(tensor);
  if (!adder?.is('Add') || others.length > 0 || graph.isOutput(tensor)) return undefined;
  const input = 1 - adder.inputs.indexOf(tensor);
  const bias = graph.initializers.get(adder.inputs[input] ?? '');
  return bias && fits(graph, bias.name, channels) ? { adder, input, layout: { channels, at: 'last' } } : undefined;
}

/** Whether a bias is one value for each channel, or for all, or not there yet. */
function fits(graph: Graph, name: string | undefined, channels: number): boolean {
  if (!name) return true;
  const bias = graph.initializers.get(name);
  return bias?.dtype === 'float32' && (bias.size === 1 || (bias.size === channels && bias.dims.at(-1) === channels));
}

/** Where the quantization stands in front of the padding that a convolution reads. */
async function twinOfPad(
  graph: Graph,
  builder: TwinBuilder,
  { activations }: Placement,
  node: GraphNode,
): Promise<string | undefined> {
  const pad = graph.producer(node.inputs[0] ?? '');
  const edges = activations.flatMap((point) => point.edges.filter((edge) => edge.node === pad?.name));
  return pad?.is('Pad') && edges.length > 0 ? builder.twin(pad.name, edges) : undefined;
}
