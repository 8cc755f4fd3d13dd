import type { CompareResult, MetricResult } from '../../backends/onnxruntime/index.js';
import type { Command } from '../command.js';
import { metricFlag } from '../flags/metric.js';
import { sampleFlags } from '../flags/samples.js';

/** `calibrt eval REFERENCE CANDIDATE --data …`. */
export const evaluate: Command = {
  name: 'eval',
  summary: 'accuracy of a candidate model or plan against a reference, and against labels where there are any',
  args: [
    { name: 'reference', description: 'ONNX file, usually FP32, or an engine plan' },
    { name: 'candidate', description: 'ONNX file or engine plan with the same inputs and outputs, usually INT8' },
  ],
  flags: [
    ...sampleFlags,
    metricFlag,
    {
      name: 'layers',
      type: 'boolean',
      description: 'also compare the tensors inside that both models have, in order, on up to 32 of the samples',
    },
    { name: 'threads', type: 'integer', value: 'N', default: 'all cores', description: 'threads of ONNX Runtime' },
    {
      name: 'as-run',
      type: 'boolean',
      description:
        "run Q/DQ with the CPU's integer kernels; default: as written, in float, which is what a model for TensorRT means",
    },
  ],
  examples: [
    'calibrt eval model.onnx model.int8.onnx --data test/ --preset imagenet',
    "calibrt eval detector.onnx detector.int8.onnx --data photos/ --metric 'sqnr:scores[...,1]' --layers",
  ],

  async run({ args, flags, console, signal }) {
    const { DEFAULT_LIMIT } = await import('../../data/index.js');
    const { evaluate } = await import('../../pipeline/evaluation/evaluate.js');
    const { readSampleFlags, requireData } = await import('../flags/read-samples.js');
    const { layersTable, metricsTable } = await import('../tables.js');
    const [reference, candidate] = args as [string, string];
    const compared = await evaluate(reference, candidate, {
      limit: DEFAULT_LIMIT,
      ...requireData(readSampleFlags(flags)),
      ...(flags['batch'] === undefined ? {} : { batch: Number(flags['batch']) }),
      ...(flags['threads'] === undefined ? {} : { threads: Number(flags['threads']) }),
      ...(flags['metric'] === undefined ? {} : { metric: String(flags['metric']) }),
      exactQdq: flags['asRun'] !== true,
      layers: flags['layers'] === true,
      signal,
      onProgress: console.progress,
      onWarning: (message) => console.warn(message),
    });
    console.endProgress();
    const { samples, skipped, outputs, layers } = compared;
    const hits = topK(compared);
    const metric = judged(compared);
    const result = { reference, candidate, samples, skipped, outputs, ...hits, ...metric, ...(layers && { layers }) };
    const lines = [metricsTable(outputs, `on ${samples} samples`, hits)];
    if (compared.metric) lines.push(`${compared.metric.name}: ${compared.metric.candidate}`);
    if (layers) lines.push('', layersTable(layers));
    console.result(result, lines.join('\n'));
  },
};

/** Top-1 and top-5 of both and what the candidate gained or lost, as shares; empty without labels. */
function topK({
  labelled,
}: CompareResult): Record<string, { reference: number; candidate: number; difference: number }> {
  if (labelled === undefined) return {};
  const entries = (['top1', 'top5'] as const).map((name) => {
    const [reference, candidate] = [labelled.reference[name], labelled.candidate[name]];
    return [name, { reference, candidate, difference: candidate - reference }] as const;
  });
  return Object.fromEntries(entries);
}

/** The metric of both and what the candidate gained or lost, where that is a number: the SQNR of FP32 itself is infinite. */
function judged({ metric }: CompareResult): { metric?: MetricResult & { difference: number | null } } {
  if (metric === undefined) return {};
  const difference = metric.candidate - metric.reference;
  return { metric: { ...metric, difference: Number.isFinite(difference) ? difference : null } };
}
