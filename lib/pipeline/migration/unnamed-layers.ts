import type { Graph } from '../../model/index.js';

/** ONNX operators that become a layer of TensorRT's of this kind. */
const operators: Readonly<Record<string, readonly string[]>> = {
  Activation: ['Relu', 'Sigmoid', 'Tanh', 'LeakyRelu', 'Elu', 'Clip', 'HardSigmoid', 'Softplus', 'Selu'],
  Concatenation: ['Concat'],
  Convolution: ['Conv'],
  Deconvolution: ['ConvTranspose'],
  ElementWise: ['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Pow'],
  'Fully Connected': ['Gemm'],
  'Matrix Multiply': ['MatMul', 'Gemm'],
  Pooling: ['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool'],
  Resize: ['Resize', 'Upsample'],
  Scale: ['BatchNormalization'],
  SoftMax: ['Softmax'],
};

const unnamed = /^\(Unnamed Layer\* (\d+)\) \[([^\]]+)\]_output(?:_\d+)?$/;

/** Whether a line names a layer by its position in TensorRT's network. */
export function isUnnamed(line: string): boolean {
  return line.startsWith('(Unnamed Layer*');
}

/**
 * What lines for unnamed layers may mean, to be confirmed by the caller: where the cache has as many of one kind as the model has
 * operators of it, the first is the first. A name by position says nothing for certain.
 */
export function suggestTensors(graph: Graph, lines: readonly string[]): Map<string, string> {
  const byKind = new Map<string, { line: string; position: number }[]>();
  for (const line of lines) {
    const [, position, kind = ''] = unnamed.exec(line) ?? [];
    if (position === undefined) continue;
    const list = byKind.get(kind);
    if (list) list.push({ line, position: Number(position) });
    else byKind.set(kind, [{ line, position: Number(position) }]);
  }
  const suggestions = new Map<string, string>();
  for (const [kind, list] of byKind) {
    const nodes = graph.nodes.filter((node) => node.is(...(operators[kind] ?? [])));
    if (nodes.length !== list.length) continue;
    const ordered = list.sort((a, b) => a.position - b.position);
    ordered.forEach(({ line }, index) => suggestions.set(line, nodes[index]!.outputs[0]!));
  }
  return suggestions;
}
