import { rm } from 'node:fs/promises';
import { checkMetric, parseMetric } from '../accuracy/index.js';
import { WorkerProcess, type CompareResult } from '../backends/onnxruntime/index.js';
import { CalibrtError } from '../errors.js';
import { checkOutputPaths } from '../files.js';
import type { QdqReport } from '../model/index.js';
import { rangeOfScale, tableFormatOf, writeTable, type CalibrationTable, type TensorRange } from '../tables/index.js';
import { castWithCopy } from './build/cast.js';
import { firstSamples } from './calibration/first-samples.js';
import { isSymmetric } from './calibration/integer-form.js';
import { drawFor, findRanges } from './calibration/range-source.js';
import { checkNotSamples, type DrawnSamples, type SampleOptions } from './calibration/samples.js';
import { checkOptions } from './check-options.js';
import { compareOn, timePair } from './evaluation/compare-models.js';
import { quantizeDataFree } from './kinds/data-free.js';
import { resolveKinds } from './kinds/options.js';
import { placeKind } from './kinds/place.js';
import { isStaticInt8, writeQuantization } from './kinds/write.js';
import { modelFileBytes } from './network.js';
import { checkAuto } from './precision/auto-precision.js';
import { keepBudget } from './precision/keep-budget.js';
import { prepareModel, type PreparedModel } from './prepare.js';
import type { QuantizeOptions } from './quantize-options.js';
import type { QuantizeResult } from './quantize-result.js';
import { checkRepairs, mendNetwork, repairNetwork } from './repair/repair.js';
import { writeReport } from './report.js';
import { Stopwatch } from './stopwatch.js';
import { judge } from './verdicts/index.js';
import { Workspace } from './workspace.js';

/**
 * Takes an FP32 ONNX model and samples to an INT8 Q/DQ model in TensorRT's form: cleans the graph, calibrates, inserts
 * QuantizeLinear/DequantizeLinear, verifies against FP32 on samples that took no part, and writes the file.
 *
 * With `auto`, nodes are left out of INT8 until the budget is kept; where it cannot be, the best that was found is written and
 * `auto.met` of the result is false.
 *
 * @param path - The FP32 ONNX model; it is not changed.
 * @param output - The INT8 model; written whole or not at all, and only after the verification.
 * @throws CalibrtError with one of the codes of `ErrorCode`; whatever it is, `output` is untouched.
 */
export async function quantize(path: string, output: string, given: QuantizeOptions): Promise<QuantizeResult> {
  const options = resolveKinds(given);
  checkRepairs(options);
  if (options.weightOnly === true || options.dynamic === true) return quantizeDataFree(path, output, options);
  const watch = new Stopwatch();
  const warnings: string[] = [];
  const onWarning = (message: string): void => {
    warnings.push(message);
    options.onWarning?.(message);
  };
  const operation = { ...options, onWarning };
  checkOptions(options);
  checkAuto(options);
  const asked = options.metric === undefined ? undefined : parseMetric(options.metric);
  const writes = await checkOutputs(path, output, options);
  await using worker = new WorkerProcess();
  await using workspace = await Workspace.create();

  const opened = await watch.time('open', () => prepareModel(path, worker, { ...operation, writes }));
  if (asked)
    checkMetric(
      asked,
      opened.model.outputs.map(({ name }) => name),
    );
  const samples = hasData(options) ? await watch.time('open', () => drawFor(options, opened)) : null;
  if (samples) await checkNotSamples(writes, samples);
  const tools = { worker, workspace, watch };
  const { prepared, repairs } = await watch.time('repair', () => repairNetwork(opened, samples, tools, operation));
  const everything = placeKind(prepared.model, options);
  for (const warning of everything.warnings) onWarning(warning);
  const base = {
    prepared,
    placement: everything,
    source: await findRanges(prepared, everything, samples, tools, operation),
  };
  const precision =
    options.auto && samples
      ? await watch.time('precision', () => keepBudget(base, samples, tools, operation))
      : undefined;
  const { placement } = precision ?? base;
  const { source } = precision?.base ?? base;

  const { model: network, mended } =
    precision?.repaired ??
    (await watch.time('repair', () => mendNetwork(prepared, placement, source.table, samples, tools, operation)));
  const quantized = network.clone();
  const written = await watch.time('quantize', () => writeQuantization(quantized, placement, source.table, options));
  const cast = await watch.time('quantize', async () =>
    options.highPrecision === 'fp16' ? castWithCopy(quantized, 'fp16') : undefined,
  );
  const candidate = workspace.path('candidate.onnx');
  await watch.time('quantize', () => (cast?.rounded ?? quantized).save(candidate, { temporary: true }));
  const metric = precision?.metric ?? asked;
  const pair = { reference: await referenceOf(path, opened, workspace, options), candidate };
  const holdout = samples?.holdout ?? null;
  const exactQdq = placement.form === 'tensorrt' || options.bits !== undefined;
  const verify = await watch.time(
    'verify',
    async () =>
      holdout &&
      compareOn(worker, prepared.model, { ...pair, exactQdq, ...operation, metric }, holdout, samples?.stream),
  );
  if (cast && samples && samples.calibration.kind !== 'stream')
    await watch.time('verify', () => checkRuns(candidate, samples));
  if (cast && verify) warnOfOverflow(verify, onWarning);
  const latencyMs = await watch.time('time', async () =>
    samples && samples.calibration.kind !== 'stream' && !exactQdq
      ? timePair(worker, prepared.model, pair, samples, operation)
      : undefined,
  );
  await watch.time('save', async () => {
    if (options.tableOut !== undefined) await writeTable(options.tableOut, source.table);
    await quantized.save(output);
    if (options.resume !== undefined) await rm(options.resume, { force: true });
  });
  const result: QuantizeResult = {
    model: path,
    output,
    method: source.label,
    samples: source.captured?.samples ?? 0,
    holdout: verify?.samples ?? 0,
    skippedSamples: (source.captured?.skipped ?? 0) + (verify?.skipped ?? 0),
    firstSample: source.captured?.firstSample ?? {},
    quantized: placement.nodes.filter(({ quantized }) => quantized).map(({ node }) => node),
    skipped: placement.nodes.filter(({ quantized }) => !quantized).map(({ node, reason }) => ({ node, reason })),
    tensors: asWritten(source.table, written, isStaticInt8(options)),
    ...(cast === undefined ? {} : { highPrecision: cast.summary }),
    ...(precision === undefined ? {} : { auto: precision.auto }),
    ...(repairs.length + mended.length === 0 ? {} : { repairs: [...repairs, ...mended] }),
    verify: verify && verified(verify),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    bytes: { fp32: await modelFileBytes(path), int8: await modelFileBytes(output) },
    warnings,
    verdicts: await judge({
      captured: source.captured,
      samples,
      preprocess: options.preprocess,
      weights: written.weights,
      labelled: verify?.labelled,
      outputs: verify?.outputs,
    }),
    timings: watch.timings,
    peakRssMb: Math.max(source.captured?.peakRssMb ?? 0, verify?.peakRssMb ?? 0, process.resourceUsage().maxRSS / 1024),
  };
  if (options.report !== undefined) await writeReport(options.report, result, source.table, options, workspace);
  return result;

  // What is verified is a float32 copy that rounds as FP16 does; that the model itself loads and runs, one sample shows.
  // An iterable's samples are used up by then.
  async function checkRuns(reference: string, drawn: DrawnSamples): Promise<void> {
    const written = workspace.path('written.onnx');
    await quantized.save(written);
    const { signal } = options;
    const quiet = { reference, candidate: written, exactQdq, batch: 1, ...(signal && { signal }) };
    await compareOn(worker, prepared.model, quiet, firstSamples(drawn, 1));
  }
}

function verified({ outputs, labelled, metric }: CompareResult): QuantizeResult['verify'] {
  return { outputs, ...(labelled && { labelled }), ...(metric && { metric }) };
}

function warnOfOverflow({ outputs }: CompareResult, onWarning: (message: string) => void): void {
  const bad = Object.entries(outputs).find(([, { maxAbsError }]) => !Number.isFinite(maxAbsError));
  if (bad) onWarning(`output "${bad[0]}" is not finite: something exceeds FP16; use high precision fp32`);
}

/** The ranges as they are in the graph: tensors that share a scale have the widest, dead ones the least there is. */
function asWritten(table: CalibrationTable, report: QdqReport, isInt8: boolean): CalibrationTable['tensors'] {
  const tensors = [...report.tensors].map(([name, { scale, zeroPoint }]): [string, TensorRange] => {
    const range = table.tensors[name]!;
    const isOwn = range.scale === scale || !isSymmetric(range) || !isInt8;
    return [name, { ...(isOwn ? range : rangeOfScale(scale)), scale, zeroPoint }];
  });
  return Object.fromEntries(tensors);
}

/** What the verification compares with: the file itself, or, where shapes were fixed, the cleaned network that has them. */
async function referenceOf(
  path: string,
  { model }: PreparedModel,
  workspace: Workspace,
  { inputShapes }: QuantizeOptions,
): Promise<string> {
  if (inputShapes === undefined) return path;
  const reference = workspace.path('reference.onnx');
  await model.save(reference, { temporary: true });
  return reference;
}

async function checkOutputs(
  model: string,
  output: string,
  options: QuantizeOptions,
): Promise<readonly (string | undefined)[]> {
  const { table, tableOut, resume, report, highPrecision, form } = options;
  if (highPrecision === 'fp16' && form === 'onnxruntime') {
    throw new CalibrtError(
      'ERR_USAGE',
      'high precision fp16 is for TensorRT: ONNX Runtime has no FP16 arithmetic on the CPU and only becomes slower; use fp32',
    );
  }
  const writes = [output, tableOut, resume, report];
  await checkOutputPaths(writes, [model, table]);
  if (tableOut !== undefined) tableFormatOf(tableOut);
  return writes;
}

function hasData(options: QuantizeOptions): options is QuantizeOptions & SampleOptions {
  return options.data !== undefined;
}
