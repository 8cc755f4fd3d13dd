import type { Tensor } from '../../data/tensor.js';
import { numberToFloat16 } from '../../float16.js';
import { addConstant, float32 } from '../constants.js';
import type { Graph } from '../graph.js';
import { Initializer } from '../initializer.js';
import { GraphNode } from '../node.js';
import type { LintContext, LinearNode } from './context.js';

/** Integers that a scale of Q/DQ may stand for, by type. */
const integers: Readonly<Record<string, readonly [least: number, greatest: number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

/**
 * Replaces a constant behind DequantizeLinear by the float values that this gives, bit for bit, under the name of the result. Returns
 * whether that could be done.
 */
export async function foldConstant(graph: Graph, entry: LinearNode): Promise<boolean> {
  const { constant, scales, zeroPoints, scaleType, node, output } = entry;
  if (!constant || !scales || !zeroPoints || graph.isOutput(output)) return false;
  if (scaleType !== 'float32' && scaleType !== 'float16') return false;
  const { dims } = constant;
  const { data } = await constant.read();
  const axis = dims.length === 1 ? 0 : (entry.axis + dims.length) % Math.max(1, dims.length);
  const inner = dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const values = Float32Array.from(data as ArrayLike<number>, (value, index) => {
    const channel = scales.length === 1 ? 0 : Math.floor(index / inner) % scales.length;
    return Math.fround(value - (zeroPoints[channel] ?? zeroPoints[0] ?? 0)) * scales[channel]!;
  });
  const tensor: Tensor =
    scaleType === 'float32'
      ? { dtype: 'float32', shape: dims, data: values }
      : { dtype: 'float16', shape: dims, data: Uint16Array.from(values, numberToFloat16) };
  graph.removeNodes(new Set([node]));
  graph.setInitializer(Initializer.create(output, tensor));
  return true;
}

/**
 * Replaces a Q/DQ pair by Clip to the range that its integers reach: what it did beside rounding, which may be a Relu's work. Returns
 * that range; `undefined` where it could not be done.
 */
export function clipInstead(context: LintContext, quantizer: LinearNode): [number, number] | undefined {
  const { graph } = context;
  const range = rangeOf(quantizer);
  const readers = context.dequantizersOf(quantizer);
  const outputs = readers.map(({ output }) => output).filter((output) => graph.isOutput(output));
  const onlyThese = graph.consumers(quantizer.output).length === readers.length && !graph.isOutput(quantizer.output);
  if (!range || readers.length === 0 || !onlyThese || outputs.length > 1) return undefined;
  const clipped = outputs[0] ?? graph.uniqueName(`${quantizer.data}_clipped`);
  const next = [...readers].sort((a, b) => context.position(a.node) - context.position(b.node))[0]!.node;
  const bounds = { min: Math.fround(range[0]), max: Math.fround(range[1]) };
  const attributes = { min: { type: 'float', value: bounds.min }, max: { type: 'float', value: bounds.max } } as const;
  const byInput = context.model.opset >= 11;
  const clip = GraphNode.create({
    opType: 'Clip',
    name: graph.uniqueName(`${quantizer.node.name}_Clip`),
    inputs: byInput
      ? [
          quantizer.data,
          addConstant(graph, `${quantizer.data}_least`, float32(bounds.min)),
          addConstant(graph, `${quantizer.data}_greatest`, float32(bounds.max)),
        ]
      : [quantizer.data],
    outputs: [clipped],
    ...(byInput ? {} : { attributes }),
  });
  graph.insertNodes(new Map([[next, [clip]]]));
  graph.removeNodes(new Set([quantizer.node, ...readers.map(({ node }) => node)]));
  // Removing the old maker of a graph output unregisters its name.
  clip.setOutputs([clipped]);
  for (const { output } of readers) if (output !== clipped) graph.replaceUses(output, clipped);
  return range;
}

/** The least and greatest value that one scale stands for. */
function rangeOf({ dtype, scales, zeroPoints }: LinearNode): [number, number] | undefined {
  const [least, greatest] = integers[dtype] ?? [];
  const [scale] = scales ?? [];
  const [zeroPoint] = zeroPoints ?? [];
  if (scales?.length !== 1 || least === undefined || scale === undefined || zeroPoint === undefined) return undefined;
  return [(least - zeroPoint) * scale, (greatest! - zeroPoint) * scale];
}

/**
 * Lets readers of a dequantized tensor read the tensor that was quantized, as far as `isMeant` says; a pair that nothing reads any more
 * is removed. A graph output keeps its name. Returns whether anything changed.
 */
export function unquantize(
  context: LintContext,
  quantizer: LinearNode,
  isMeant: (reader: GraphNode) => boolean,
): boolean {
  const { graph } = context;
  let changed = false;
  for (const { node, output } of context.dequantizersOf(quantizer)) {
    for (const reader of graph.consumers(output)) {
      if (!isMeant(reader)) continue;
      reader.setInputs(reader.inputs.map((name) => (name === output ? quantizer.data : name)));
      changed = true;
    }
    if (graph.consumers(output).length > 0) continue;
    const source = graph.producer(quantizer.data);
    if (graph.isOutput(output)) {
      if (!source || graph.isOutput(quantizer.data)) continue;
      graph.removeNodes(new Set([node]));
      source.setOutputs(source.outputs.map((name) => (name === quantizer.data ? output : name)));
      graph.replaceUses(quantizer.data, output);
      changed = true;
    } else graph.removeNodes(new Set([node]));
  }
  if (graph.consumers(quantizer.output).length === 0 && !graph.isOutput(quantizer.output)) {
    graph.removeNodes(new Set([quantizer.node]));
  }
  return changed;
}
