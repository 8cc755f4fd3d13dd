import { parseMetric } from '../../accuracy/index.js';
import { WorkerProcess } from '../../backends/onnxruntime/index.js';
import { modelInputs } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import { checkOutputPath } from '../../files.js';
import { insertDynamic, insertQdq, type Model, type Placement } from '../../model/index.js';
import { castWithCopy } from '../build/cast.js';
import { allSamples, checkNotSamples } from '../calibration/samples.js';
import { checkOptions } from '../check-options.js';
import { compareOn, timePair } from '../evaluation/compare-models.js';
import { modelFileBytes } from '../network.js';
import { prepareModel } from '../prepare.js';
import type { QuantizeOptions } from '../quantize-options.js';
import type { QuantizeResult } from '../quantize-result.js';
import { Stopwatch } from '../stopwatch.js';
import { judge } from '../verdicts/index.js';
import { Workspace } from '../workspace.js';
import { placeKind } from './place.js';
import { weightQuantizer } from './weights.js';

/**
 * The kinds of quantization that need no ranges: weights alone, and ranges found at run time. Samples are for the verification.
 *
 * @throws CalibrtError as `quantize` does.
 */
export async function quantizeDataFree(
  path: string,
  output: string,
  options: QuantizeOptions,
): Promise<QuantizeResult> {
  const watch = new Stopwatch();
  const warnings: string[] = [];
  const onWarning = (message: string): void => {
    warnings.push(message);
    options.onWarning?.(message);
  };
  const operation = { ...options, onWarning };
  const isDynamic = options.dynamic === true;
  checkOptions(options);
  await checkOutputPath(output, path);
  await using worker = new WorkerProcess();
  await using workspace = await Workspace.create();

  const { model } = await watch.time('open', () => prepareModel(path, worker, { ...operation, writes: [output] }));
  const placement = placeKind(model, options);
  for (const warning of placement.warnings) onWarning(warning);
  if (placement.weights.length === 0) throw nothingToDo(path);

  const quantized = model.clone();
  await watch.time('quantize', () => write(quantized, placement, options));
  const cast = options.highPrecision === 'fp16' ? await castWithCopy(quantized, 'fp16') : undefined;
  const reference = workspace.path('reference.onnx');
  const candidate = workspace.path('candidate.onnx');
  await model.save(reference, { temporary: true });
  await (cast?.rounded ?? quantized).save(candidate, { temporary: true });
  const { data } = options;
  const metric = options.metric === undefined ? undefined : parseMetric(options.metric);
  const settings = { ...operation, reference, candidate, exactQdq: !isDynamic, metric };
  const samples = data === undefined ? null : await allSamples({ ...options, data }, modelInputs(model.inputs));
  if (samples) await checkNotSamples([output], samples);
  const verify = await watch.time(
    'verify',
    async () =>
      samples && options.holdout !== 0 && compareOn(worker, model, settings, samples.calibration, samples.stream),
  );
  const latencyMs = await watch.time('time', async () =>
    isDynamic && samples && samples.calibration.kind !== 'stream'
      ? timePair(worker, model, { reference, candidate }, samples, operation)
      : undefined,
  );
  await watch.time('save', () => quantized.save(output));
  return {
    model: path,
    output,
    method: isDynamic ? 'dynamic' : 'weight-only',
    samples: 0,
    holdout: verify ? verify.samples : 0,
    skippedSamples: verify ? verify.skipped : 0,
    firstSample: {},
    quantized: placement.nodes.filter((node) => node.quantized).map(({ node }) => node),
    skipped: placement.nodes.filter((node) => !node.quantized).map(({ node, reason }) => ({ node, reason })),
    tensors: {},
    ...(cast === undefined ? {} : { highPrecision: cast.summary }),
    verify: verify ? { outputs: verify.outputs, ...(verify.labelled ? { labelled: verify.labelled } : {}) } : null,
    ...(latencyMs === undefined ? {} : { latencyMs }),
    bytes: { fp32: await modelFileBytes(path), int8: await modelFileBytes(output) },
    warnings,
    verdicts: verify ? await judge({ outputs: verify.outputs }) : [],
    timings: watch.timings,
    peakRssMb: Math.max(verify ? verify.peakRssMb : 0, process.resourceUsage().maxRSS / 1024),
  };
}

async function write(model: Model, placement: Placement, options: QuantizeOptions): Promise<void> {
  const quantizeWeights = weightQuantizer(options);
  if (options.dynamic === true) await insertDynamic(model, placement, quantizeWeights);
  else await insertQdq(model, placement, new Map(), quantizeWeights ? { quantizeWeights } : {});
}

function nothingToDo(path: string): CalibrtError {
  return new CalibrtError(
    'ERR_MODEL_UNSUPPORTED',
    `${path}: there is nothing to quantize: no Conv, Gemm or MatMul in scope has float32 constants as weights`,
  );
}
