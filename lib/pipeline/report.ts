import { basename } from 'node:path';
import { onnxRuntimeVersion } from '../backends/onnxruntime/index.js';
import { writeFileAtomic } from '../files.js';
import type { NativeStatistics } from '../native.js';
import type { Fact, LayerCost, ReportData, TensorPage } from '../report/index.js';
import { unpackStatistics, writeTable, type CalibrationTable } from '../tables/index.js';
import { packageVersion } from '../version.js';
import { searchRanges } from './calibration/ranges.js';
import { isRereadable } from './calibration/samples.js';
import { placementOptions } from './placement-options.js';
import type { QuantizeOptions } from './quantize-options.js';
import type { QuantizeResult } from './quantize-result.js';
import { sensitivity } from './sensitivity/sensitivity.js';
import type { Workspace } from './workspace.js';

/** The methods whose thresholds the histograms show. */
const methods = ['mse', 'entropy', 'minmax', 'percentile', 'kld'] as const;

const HISTOGRAM_BINS = 160;

/** Samples that rank the layers for a report. */
const RANKING_SAMPLES = 8;

/**
 * Writes the report of a quantization.
 *
 * @param table - What the model was made with.
 * @throws CalibrtError `ERR_OUTPUT`, and what the ranking of the layers throws.
 */
export async function writeReport(
  report: string,
  result: QuantizeResult,
  table: CalibrationTable,
  options: QuantizeOptions,
  workspace: Workspace,
): Promise<void> {
  const { renderReport } = await import('../report/index.js');
  const layers = await rankLayers(result, table, options, workspace);
  const data: ReportData = {
    title: basename(result.model),
    summary: summarize(result),
    verdicts: result.verdicts,
    tensors: await tensorPages(table, result),
    ...(layers === undefined ? {} : { layers }),
    ...tradeOffOf(result),
    conditions: conditionsOf(result, table, options),
  };
  await writeFileAtomic(report, renderReport(data));
}

async function rankLayers(
  { model, auto, repairs }: QuantizeResult,
  table: CalibrationTable,
  options: QuantizeOptions,
  workspace: Workspace,
): Promise<ReportData['layers']> {
  if (auto) return costsOf(auto.ranking, new Set(auto.exclude));
  // The ranges are of the repaired network, which the file is not.
  if (repairs?.some(({ repair, kept }) => kept && (repair === 'equalize' || repair === 'smooth'))) return undefined;
  const { data, signal, onProgress, preprocess, limit, seed, threads, inputShapes } = options;
  if (data === undefined || !isRereadable(data)) return undefined;
  const path = workspace.path('table.json');
  await writeTable(path, table);
  const { layers } = await sensitivity(model, {
    data,
    table: path,
    samples: RANKING_SAMPLES,
    inputShapes,
    ...placementOptions(options),
    ...(preprocess && { preprocess }),
    ...(limit === undefined ? {} : { limit }),
    ...(seed === undefined ? {} : { seed }),
    ...(threads === undefined ? {} : { threads }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  return costsOf(layers);
}

function costsOf(layers: readonly LayerCost[], excluded?: ReadonlySet<string>): ReportData['layers'] {
  const costs = layers.map(({ node, cost }) => ({ node, cost, isOut: excluded?.has(node) ?? false }));
  return { unit: 'share of the error of full INT8', costs: costs.sort((a, b) => b.cost - a.cost) };
}

function tradeOffOf({ auto }: QuantizeResult): Pick<ReportData, 'tradeOff'> {
  if (auto === undefined) return {};
  const points = auto.curve.map(({ figure, int8Share }) => ({ share: int8Share, metric: figure }));
  return { tradeOff: { unit: auto.metric, points } };
}

async function tensorPages(table: CalibrationTable, { method }: QuantizeResult): Promise<TensorPage[]> {
  const statistics = await unpackStatistics(table.statistics ?? {});
  const thresholds = new Map<string, TensorPage['thresholds'][number][]>();
  for (const name of methods) {
    const { label, ranges } = await searchRanges(statistics, name, {}, 'symmetric');
    for (const [tensor, { max }] of ranges) {
      if (label !== method) append(thresholds, tensor, { method: label, value: max, isChosen: false });
    }
  }
  return [...statistics].flatMap(([name, entry]): TensorPage[] => {
    const range = table.tensors[name];
    if (range === undefined || entry.summary().amax === 0) return [];
    append(thresholds, name, { method, value: Math.max(-range.min, range.max), isChosen: true });
    return [pageOf(name, entry, thresholds.get(name)!)];
  });
}

function pageOf(name: string, entry: NativeStatistics, thresholds: TensorPage['thresholds']): TensorPage {
  const { amax } = entry.summary();
  return { name, amax, histogram: entry.rebin(HISTOGRAM_BINS), thresholds };
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function summarize(result: QuantizeResult): Fact[] {
  const { verify, latencyMs, bytes } = result;
  const total = result.quantized.length + result.skipped.length;
  const outputs = Object.entries(verify?.outputs ?? {}).map(([name, { sqnrDb, cosine }]): Fact => [
    `output ${name}`,
    `SQNR ${sqnrDb.toFixed(1)} dB, cosine ${cosine.toFixed(6)}`,
  ]);
  const labelled = verify?.labelled;
  return [
    ['nodes in INT8', `${result.quantized.length} of ${total}`],
    ['method', `${result.method}, ${result.samples} samples`],
    ['verified on', verify === null ? 'nothing: no sample was held out' : `${result.holdout} samples held out`],
    ...outputs,
    ...(labelled === undefined
      ? []
      : [['top-1', `FP32 ${percent(labelled.reference.top1)}, INT8 ${percent(labelled.candidate.top1)}`] as const]),
    ...(result.auto === undefined
      ? []
      : [
          [
            'multiply-accumulates in INT8',
            `${percent(result.auto.int8Share)}; left out: ${result.auto.exclude.join(', ') || 'none'}`,
          ] as const,
        ]),
    ...(result.repairs ?? []).map(({ repair, kept, why, nodes }): Fact => {
      return [`repair: ${repair}`, kept ? `kept, ${nodes.length} nodes` : `left out: ${why}`];
    }),
    ...(latencyMs === undefined
      ? []
      : [['CPU latency', `FP32 ${latencyMs.fp32.toFixed(2)} ms, INT8 ${latencyMs.int8.toFixed(2)} ms`] as const]),
    ['size', `FP32 ${kilobytes(bytes.fp32)}, INT8 ${kilobytes(bytes.int8)}`],
  ];
}

function conditionsOf(result: QuantizeResult, table: CalibrationTable, options: QuantizeOptions): Fact[] {
  const { instructionSet, threads } = table.conditions ?? {};
  return [
    ['model', result.model],
    ['model SHA-256', table.model?.sha256 ?? 'unknown'],
    ['data hash', table.data?.hash ?? 'none'],
    ['preprocessing', JSON.stringify(table.data?.preprocessing ?? null)],
    ['graph form', options.form ?? 'tensorrt'],
    ['calibrt', packageVersion()],
    ['ONNX Runtime', onnxRuntimeVersion() ?? 'unknown'],
    ['instruction set, threads', `${instructionSet ?? 'unknown'}, ${threads ?? 'unknown'}`],
    ['Node', process.version],
    ['peak memory', `${result.peakRssMb.toFixed(0)} MB`],
    ...Object.entries(result.timings).map(([phase, ms]): Fact => [`time: ${phase}`, `${(ms / 1000).toFixed(2)} s`]),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function kilobytes(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}
