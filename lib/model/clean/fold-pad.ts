import { constantNumbers } from '../constants.js';
import type { Graph } from '../graph.js';
import type { GraphNode } from '../node.js';

/**
 * Lets convolutions pad by themselves where a Pad with zeros, which only they read, does it for them. Returns the names of
 * the Pad nodes that went.
 */
export async function foldPads(graph: Graph): Promise<string[]> {
  const folded: string[] = [];
  for (const node of graph.nodes) {
    if (!node.is('Conv') || node.string('auto_pad', 'NOTSET') !== 'NOTSET') continue;
    const [tensor = ''] = node.inputs;
    const pad = graph.producer(tensor);
    if (!pad?.is('Pad') || graph.consumers(tensor).length > 1 || graph.isOutput(tensor)) continue;
    const pads = await spatialZeros(graph, pad);
    if (!pads) continue;
    const own = node.ints('pads') ?? pads.map(() => 0);
    node.setAttribute('pads', { type: 'ints', value: pads.map((size, i) => BigInt(size + (own[i] ?? 0))) });
    node.setInput(0, pad.inputs[0] ?? '');
    graph.removeNodes(new Set([pad]));
    folded.push(pad.name);
  }
  return folded;
}

/** What a Pad adds at the spatial axes, begins before ends; `undefined` where it adds something else, or crops. */
async function spatialZeros(graph: Graph, pad: GraphNode): Promise<number[] | undefined> {
  const [, padsInput, value, axes] = pad.inputs;
  if (pad.string('mode', 'constant') !== 'constant' || axes) return undefined;
  if (value && (await constantNumbers(graph, value))?.[0] !== 0) return undefined;
  const pads = await constantNumbers(graph, padsInput);
  if (!pads || pads.some((size) => size < 0)) return undefined;
  const rank = pads.length / 2;
  const [begins, ends] = [pads.slice(0, rank), pads.slice(rank)];
  const others = [...begins.slice(0, 2), ...ends.slice(0, 2)];
  return rank < 3 || others.some((size) => size !== 0) ? undefined : [...begins.slice(2), ...ends.slice(2)];
}
