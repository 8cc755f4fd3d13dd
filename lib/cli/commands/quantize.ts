import type { WeightStorage } from '../../model/index.js';
import type { QuantizeResult } from '../../pipeline/quantize-result.js';
import type { Command } from '../command.js';
import { kindFlags, readKindFlags } from '../flags/kinds.js';
import { budgetFlags } from '../flags/metric.js';
import { methodFlags, placementFlags } from '../flags/quantization.js';
import { readRepairFlags, repairFlags } from '../flags/repairs.js';
import { sampleFlags } from '../flags/samples.js';
import { writtenFlags } from '../flags/written.js';

/** `calibrt quantize MODEL -o OUT`. */
export const quantize: Command = {
  name: 'quantize',
  summary: 'calibrate (or take a table), write an INT8 Q/DQ model, verify it on held-out samples',
  args: [{ name: 'model', description: 'FP32 ONNX file' }],
  flags: [
    {
      name: 'output',
      short: 'o',
      type: 'string',
      value: 'FILE',
      description: 'the INT8 model to write (not with --dry-run)',
    },
    {
      name: 'holdout',
      type: 'integer',
      value: 'N',
      default: 'a fifth, 1 to 64',
      description: 'samples to verify on; 0: none',
    },
    { name: 'table', type: 'string', value: 'FILE', description: 'take the ranges from this table; no calibration' },
    { name: 'table-out', type: 'string', value: 'FILE', description: 'also write the calibration table' },
    ...writtenFlags,
    { name: 'report', type: 'string', value: 'FILE', description: 'write an HTML page of what was found and done' },
    {
      name: 'auto',
      type: 'boolean',
      description: 'leave nodes out of INT8 until --max-drop or --min is kept, those first that cost least time',
    },
    ...budgetFlags,
    { name: 'no-repairs', type: 'boolean', description: 'with --auto: leave nodes out without trying repairs first' },
    { name: 'dry-run', type: 'boolean', description: 'only print what would be quantized, and why not where not' },
    ...repairFlags,
    ...sampleFlags,
    ...methodFlags,
    ...placementFlags,
    ...kindFlags,
  ],
  examples: [
    'calibrt quantize model.onnx -o model.int8.onnx --data photos/ --preset imagenet',
    'calibrt quantize model.onnx -o model.int8.onnx --table table.json --data photos/',
    'calibrt quantize model.onnx -o model.int8.onnx --data photos/ --auto --max-drop 1 --metric top1',
    'calibrt quantize model.onnx -o smaller.onnx --weight-only',
    'calibrt quantize model.onnx --dry-run',
  ],

  async run({ args, flags, console, signal }) {
    const { CalibrtError } = await import('../../errors.js');
    const { explainQuantization } = await import('../../pipeline/explain.js');
    const { quantize } = await import('../../pipeline/quantize.js');
    const { describeSample } = await import('../describe.js');
    const { readMethodFlags, readPlacementFlags } = await import('../flags/read-quantization.js');
    const { readBudgetFlags } = await import('../flags/read-metric.js');
    const { readSampleFlags } = await import('../flags/read-samples.js');
    const operation = {
      signal,
      onProgress: console.progress,
      onWarning: (message: string) => console.warn(message),
    };
    if (flags['dryRun'] === true) {
      const plan = await explainQuantization(args[0]!, {
        ...readPlacementFlags(flags),
        ...readKindFlags(flags),
        ...operation,
      });
      const { explanationTable } = await import('../tables.js');
      console.result(plan, explanationTable(plan));
      return;
    }
    if (flags['output'] === undefined) {
      throw new CalibrtError('ERR_USAGE', '--output FILE is required (or --dry-run to write nothing)');
    }
    const result = await quantize(args[0]!, String(flags['output']), {
      ...readSampleFlags(flags),
      ...readMethodFlags(flags),
      ...readPlacementFlags(flags),
      ...readKindFlags(flags),
      ...readBudgetFlags(flags),
      ...readRepairFlags(flags),
      ...pick(flags, 'auto', 'repairs', 'holdout', 'table', 'tableOut', 'batch', 'highPrecision', 'report'),
      ...(flags['weights'] === undefined ? {} : { weightStorage: flags['weights'] as WeightStorage }),
      ...operation,
    });
    console.endProgress();
    if (Object.keys(result.firstSample).length > 0) console.note(describeSample(result.firstSample));
    const { sayVerdicts } = await import('../verdicts.js');
    sayVerdicts(console, result.verdicts);
    console.result(result, await summary(result));
    if (result.auto?.met === false) {
      const { budgetError } = await import('../../pipeline/precision/auto-precision.js');
      throw budgetError(result.auto, `${result.output} is that model`);
    }
  },
};

function pick(flags: Readonly<Record<string, unknown>>, ...names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]));
}

async function summary(result: QuantizeResult): Promise<string> {
  const { formatFigure, formatPercent } = await import('../describe.js');
  const { curveTable, metricsTable, precisionRows } = await import('../tables.js');
  const { describeRepair } = await import('../describe-repair.js');
  const { describeCast } = await import('../../pipeline/build/cast.js');
  const { formatBytes, table } = await import('../table.js');
  const total = result.quantized.length + result.skipped.length;
  const curve = result.auto === undefined ? '' : `\n\n${curveTable(result.auto)}`;
  const lines = `${table([
    ['model', `${result.output} (${formatBytes(result.bytes.int8)}, FP32 ${formatBytes(result.bytes.fp32)})`],
    ['method', `${result.method}, ${result.samples} samples`],
    ['quantized', `${result.quantized.length} of ${total} nodes (--dry-run tells which and why)`],
    ...(result.auto === undefined ? [] : precisionRows(result.auto)),
    ...(result.repairs ?? []).map(describeRepair),
    ...(result.highPrecision === undefined ? [] : [['the rest', describeCast(result.highPrecision)]]),
  ])}${curve}`;
  const timed = result.latencyMs
    ? `\n\nCPU latency: FP32 ${result.latencyMs.fp32.toFixed(2)} ms, INT8 ${result.latencyMs.int8.toFixed(2)} ms ` +
      `(${(result.latencyMs.fp32 / result.latencyMs.int8).toFixed(2)} times as fast)`
    : '';
  if (result.verify === null) return `${lines}\nnot verified: no sample was held out${timed}`;
  const { labelled, metric, outputs } = result.verify;
  const verified = metricsTable(outputs, `verified on ${result.holdout}`);
  const top1 = labelled
    ? `\ntop-1 on these: FP32 ${formatPercent(labelled.reference.top1)}, INT8 ${formatPercent(labelled.candidate.top1)}`
    : '';
  const judged = metric ? `\n${metric.name}: ${formatFigure(metric.candidate)}` : '';
  return `${lines}\n\n${verified}${top1}${judged}${timed}`;
}
