/** Results as tables for people. */
import type { OutputMetrics } from '../accuracy/metrics.js';
import type { LayerMetrics } from '../pipeline/evaluation/compare-layers.js';
import type { Explanation } from '../pipeline/explain.js';
import type { Inspection } from '../pipeline/inspect.js';
import type { AutoPrecision } from '../pipeline/precision/auto-precision.js';
import type { Closeness, SensitivityResult } from '../pipeline/sensitivity/sensitivity.js';
import { rangesText } from './calibration-tables.js';
import { formatDb, formatFigure, formatPercent } from './describe.js';
import { planText } from './plan-text.js';
import { formatBytes, table } from './table.js';

/** Which nodes are quantized, and the rule that decided. */
export function explanationTable({ nodes }: Explanation): string {
  const rows = nodes.map(({ node, opType, quantized, rule, reason }) => [
    quantized ? 'INT8' : 'float',
    opType,
    node,
    rule,
    reason,
  ]);
  const count = nodes.filter(({ quantized }) => quantized).length;
  return `${table(rows, ['', 'operator', 'node', 'rule', 'why'])}\n\n${count} of ${nodes.length} nodes in INT8`;
}

/** What a file holds. */
export function inspectionTable(inspection: Inspection, width?: number): string {
  switch (inspection.kind) {
    case 'plan':
    case 'layers':
      return planText(inspection, width);
    case 'table':
      return rangesText(inspection.table, inspection.file);
    case 'model':
      return tableOfModel(inspection);
  }
}

function tableOfModel(model: Inspection & { kind: 'model' }): string {
  const value = ({ name, dtype, shape }: (typeof model.inputs)[number]): string =>
    `${name} ${dtype ?? '?'} [${shape?.map((dim) => dim ?? '?').join(', ') ?? '…'}]`;
  return table([
    ['ONNX model', model.file],
    ['sha256', model.sha256],
    ['opset, IR', `${model.opset}, ${model.irVersion}`],
    ['producer', model.producer],
    ...model.inputs.map((input) => ['input', value(input)]),
    ...model.outputs.map((output) => ['output', value(output)]),
    ['operators', summarize(model.operators)],
    ['weights', summarize(model.bytes, formatBytes)],
    [
      'Q/DQ',
      `${model.quantization.quantizeLinear} Q, ${model.quantization.dequantizeLinear} DQ, ${model.quantization.int8Weights} INT8 weights`,
    ],
    ...model.externalFiles.map((file) => ['external data', file]),
  ]);
}

/** `Conv 18, Relu 17, …`: the first dozen. */
function summarize(counts: Readonly<Record<string, number>>, format: (value: number) => string = String): string {
  const entries = Object.entries(counts).map(([name, value]) => `${name} ${format(value)}`);
  return entries.length > 12 ? `${entries.slice(0, 12).join(', ')}, …` : entries.join(', ');
}

/** How far a candidate is from its reference, one output a row; below it, what it finds of the labels. */
export function metricsTable(
  outputs: Readonly<Record<string, OutputMetrics>>,
  title: string,
  hits: Readonly<Record<string, { reference: number; candidate: number; difference: number }>> = {},
): string {
  const rows = Object.entries(outputs).map(([name, { sqnrDb, cosine, maxAbsError, argmaxAgreement }]) => [
    name,
    formatDb(sqnrDb),
    cosine.toFixed(6),
    maxAbsError.toPrecision(3),
    argmaxAgreement === null ? '' : formatPercent(argmaxAgreement),
  ]);
  const lines = [table(rows, [title, 'SQNR', 'cosine', 'max error', 'same argmax'])];
  for (const [name, { reference, candidate }] of Object.entries(hits)) {
    lines.push(`${name}: reference ${formatPercent(reference)}, candidate ${formatPercent(candidate)}`);
  }
  return lines.join('\n');
}

/** The tensors inside, in order, as far as they are apart. */
export function layersTable(layers: readonly LayerMetrics[]): string {
  const first = layers.findIndex(({ maxAbsError }) => maxAbsError > 0);
  if (first < 0) return layers.length === 0 ? 'no inner tensor in common' : 'all tensors inside are equal';
  const rows = layers
    .slice(first)
    .map(({ tensor, node, opType, sqnrDb, cosine }) => [tensor, formatDb(sqnrDb), cosine.toFixed(6), opType, node]);
  const head = first === 0 ? '' : `the first ${first} of ${layers.length} tensors are equal; then\n`;
  return `${head}${table(rows, ['tensor', 'SQNR', 'cosine', 'made by', 'node'])}`;
}

/** The way of the automatic choice, from full INT8 to what was chosen. */
export function curveTable({ curve, metric }: AutoPrecision): string {
  const rows = curve.map(({ int8Share, figure, excluded, repairs }) => [
    formatPercent(int8Share),
    formatFigure(figure),
    excluded.length === 0 ? 'none' : `${excluded.length}, the last ${excluded.at(-1)}`,
    repairs.join(', '),
  ]);
  return table(rows, ['work in INT8', metric, 'nodes left out', 'repairs']);
}

/** What the automatic choice of precision did, as rows of a summary. */
export function precisionRows(auto: AutoPrecision): string[][] {
  const { metric, reference, int8, chosen, least, exclude, int8Share, trials, samples } = auto;
  return [
    [
      metric,
      `FP32 ${formatFigure(reference)}, all in INT8 ${formatFigure(int8)}, chosen ${formatFigure(chosen)}, asked for ` +
        `${formatFigure(least)} (on ${samples} calibration samples, ${trials} trials)`,
    ],
    ['out of INT8', exclude.length === 0 ? 'nothing' : exclude.join(', ')],
    ['work in INT8', `${formatPercent(int8Share)} of the multiply-accumulates`],
  ];
}

/** The nodes, the costliest first. */
export function sensitivityTable({ layers, full, metric, samples }: SensitivityResult): string {
  const judged = (closeness: Closeness): string =>
    closeness.metric === undefined ? formatDb(closeness.sqnrDb) : formatFigure(closeness.metric);
  const rows = layers.map((layer) => [
    layer.node,
    layer.opType,
    formatPercent(layer.cost),
    formatPercent(layer.macsShare),
    judged(layer),
    judged(layer.without),
  ]);
  const head = ['node', 'operator', 'cost', 'of the work', `${metric ?? 'SQNR'} alone`, 'all but it'];
  return `${table(rows, head)}\n\nall in INT8: ${judged(full)} on ${samples} samples`;
}
