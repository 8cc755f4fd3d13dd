import { medianOfSorted } from '../statistics.js';
import type { Layer } from './layer.js';
import { precisionIn } from './precision.js';

/** A kernel as ONNX Runtime's profiler tells it. */
export interface Kernel {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Milliseconds of each run. */
  readonly times: Float32Array;
}

/** A node of the model, as far as it matters here. */
export interface ModelNode {
  readonly name: string;
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Kernels that only change type or layout. */
const reformats = new Set([
  'ReorderInput',
  'ReorderOutput',
  'QuantizeLinear',
  'DequantizeLinear',
  'DynamicQuantizeLinear',
  'Cast',
]);

const withWeights = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** The kernels of ONNX Runtime as layers, with the nodes of the model that each was fused from. */
export function layersOfKernels(kernels: readonly Kernel[], nodes: readonly ModelNode[]): Layer[] {
  const members = assignNodes(kernels, nodes);
  return kernels.map((kernel, index) => ({
    name: kernel.name,
    operator: kernel.operator,
    nodes: members[index]!,
    precision: precisionOf(kernel),
    isReformat: reformats.has(kernel.operator),
    medianMs: medianOfSorted(kernel.times.slice().sort()),
  }));
}

function precisionOf({ operator, inputs }: Kernel): Layer['precision'] {
  if (/Integer|^DynamicQuantize/.test(operator)) return 'INT8';
  const found = inputs.map(precisionIn).filter((each) => each !== undefined);
  return found.find((each) => each !== 'other') ?? found[0] ?? null;
}

/**
 * A kernel keeps the name of a node that it was made of, with `_token_` and a number behind it where Q and DQ went into it, or has that of a
 * tensor with `_nchwc` behind it. The nodes that no kernel is
 * named after went into one: an operator with weights into a kernel named after what follows it, anything else into that of what comes
 * before it.
 */
function assignNodes(kernels: readonly Kernel[], nodes: readonly ModelNode[]): string[][] {
  const producer = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const consumers = new Map<string, ModelNode[]>();
  for (const node of nodes) {
    for (const input of node.inputs) consumers.set(input, [...(consumers.get(input) ?? []), node]);
  }
  const home = new Map<ModelNode, number>();
  kernels.forEach(({ name }, index) => {
    const node = byName.get(name.replace(/_token_\d+$/, '')) ?? producer.get(name.replace(/_nchwc$/, ''));
    if (node !== undefined && !home.has(node)) home.set(node, index);
  });
  const ahead = (node: ModelNode): number | undefined => {
    for (let at: ModelNode | undefined = node; at !== undefined;) {
      const found = home.get(at);
      if (found !== undefined) return found;
      const readers: ModelNode[] = at.outputs.flatMap((output) => consumers.get(output) ?? []);
      at = readers.length === 1 && !isLinear(readers[0]!) ? readers[0] : undefined;
    }
    return undefined;
  };
  // Nodes come in the order of execution, so what is before one has its home already.
  for (const node of nodes) {
    if (home.has(node) || isLinear(node) || node.opType === 'Constant') continue;
    const behind = node.inputs.map((input) => producer.get(input)).find((each) => each !== undefined && home.has(each));
    const before = behind === undefined || isLinear(behind) ? undefined : home.get(behind);
    const kernel = withWeights.has(node.opType) ? (ahead(node) ?? before) : (before ?? ahead(node));
    if (kernel !== undefined) home.set(node, kernel);
  }
  const members = kernels.map((): string[] => []);
  for (const node of nodes) {
    const kernel = home.get(node);
    if (kernel !== undefined) members[kernel]!.push(node.name);
  }
  return members;
}

function isLinear({ opType }: ModelNode): boolean {
  return opType === 'QuantizeLinear' || opType === 'DequantizeLinear';
}
