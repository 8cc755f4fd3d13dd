import { WorkerProcess, type CompareResult } from '../../backends/onnxruntime/index.js';
import { modelInputs } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import { checkOutputPaths } from '../../files.js';
import { insertQdq, openModel, type Model, type WeightStorage } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import { cacheHeader, readTable, type CalibrationTable } from '../../tables/index.js';
import { castWithCopy, type CastSummary } from '../build/cast.js';
import { allSamples, checkNotSamples, type SampleOptions } from '../calibration/samples.js';
import { compareOn } from '../evaluation/compare-models.js';
import { modelFileBytes } from '../network.js';
import { placementOptions, type ScopeOptions } from '../placement-options.js';
import { prepareModel, type PreparedModel, type PrepareOptions } from '../prepare.js';
import { Stopwatch } from '../stopwatch.js';
import { Workspace } from '../workspace.js';
import { parseMapping } from './mapping.js';
import { CacheNames, type LineMatch } from './match-names.js';
import { placeMatched, type MissingTensor } from './place-matched.js';
import { writeRecord } from './record.js';
import { describeLines, type UnusedLine } from './unused-lines.js';
import { writtenScales, type ChangedScale } from './written-scales.js';

/** Options of {@link migrate}; samples are for the verification alone. */
export interface MigrateOptions
  extends Partial<SampleOptions>, Omit<ScopeOptions, 'form'>, PrepareOptions, OperationOptions {
  /** A TensorRT calibration cache, as `IInt8Calibrator::writeCalibrationCache` got it, of any version. */
  readonly cache: string;
  /**
   * Tensors of lines whose names are not the model's, such as `(Unnamed Layer* 8) [Convolution]_output`: by line, or as `LINE=TENSOR`
   * texts.
   */
  readonly map?: Readonly<Record<string, string>> | readonly string[];
  /** How weights are kept: `int8` (default) or `qdq`, float with a Q/DQ pair. */
  readonly weightStorage?: WeightStorage;
  /** What the nodes without Q/DQ run in: `fp32` (default), or `fp16`, for what was built with `--int8 --fp16`. */
  readonly highPrecision?: 'fp32' | 'fp16';
  /** Samples per run of the verification. Default 8. */
  readonly batch?: number;
  /** Default: all cores. */
  readonly threads?: number;
}

/** What `calibrt migrate --json` prints. */
export interface MigrateResult {
  readonly model: string;
  readonly cache: string;
  /** The cache's first line, `TRT-8601-EntropyCalibration2`. */
  readonly header: string;
  readonly output: string;
  /** Tensors that have Q/DQ with the scale of a line. */
  readonly matched: readonly string[];
  /** Tensors that need a scale and have none. */
  readonly missing: readonly string[];
  /** Lines that name no tensor of the model. */
  readonly unused: readonly string[];
  /** Lines of tensors at which no Q/DQ stands; the model's metadata keeps them. */
  readonly withoutQdq: readonly string[];
  /** One by one, which line became whose scale and by which rule. */
  readonly matches: readonly LineMatch[];
  /** Of each missing tensor, what was done. */
  readonly left: readonly MissingTensor[];
  /** Of each unused line, why, and what it may mean. */
  readonly unusedLines: readonly UnusedLine[];
  readonly changed: readonly ChangedScale[];
  /** Names of the quantized nodes. */
  readonly quantized: readonly string[];
  readonly skipped: readonly { readonly node: string; readonly reason: string }[];
  /** What of the model is in FP16, with `highPrecision`. */
  readonly highPrecision?: CastSummary;
  /** How far the INT8 model's outputs are from the FP32 model's; null without samples. */
  readonly verify: (Pick<CompareResult, 'outputs' | 'labelled'> & { readonly samples: number }) | null;
  readonly bytes: { readonly fp32: number; readonly int8: number };
  readonly warnings: readonly string[];
  readonly timings: Readonly<Record<string, number>>;
}

/**
 * Takes an FP32 ONNX model and the calibration cache of its implicit INT8 builds (TensorRT up to 10) to an explicit Q/DQ model with the
 * same scales, which TensorRT 11 and TensorRT-RTX want. Nothing is calibrated. Names are matched exactly or by the rules of
 * `LineMatch.rule`, never guessed; what has no line stays in float. The model's metadata keeps the cache, so that `calibrt table` gives it
 * back.
 *
 * @param path - The FP32 ONNX model; it is not changed.
 * @param output - The Q/DQ model; written whole or not at all.
 * @throws CalibrtError `ERR_TABLE_INVALID` for what is no TensorRT cache; `ERR_TABLE_MISMATCH` where it names nothing of the model;
 *   `ERR_USAGE` for a mapping of names that are not there; else as `quantize` throws.
 */
export async function migrate(path: string, output: string, options: MigrateOptions): Promise<MigrateResult> {
  const watch = new Stopwatch();
  const warnings: string[] = [];
  const onWarning = (message: string): void => {
    warnings.push(message);
    options.onWarning?.(message);
  };
  const operation = { ...options, onWarning };
  await checkOutputPaths([output], [path, options.cache]);
  const cache = await readCache(options.cache);
  await using worker = new WorkerProcess();
  await using workspace = await Workspace.create();

  const prepared = await watch.time('open', () => prepareModel(path, worker, { ...operation, writes: [output] }));
  const original = await openModel(path);
  const entries = Object.entries(cache.tensors).map(([name, { scale }]) => ({ name, scale }));
  const map = parseMapping(original.graph, entries, options.map ?? []);
  const names = new CacheNames(original.graph, entries, map);
  const { placement, matches, missing } = placeMatched(
    prepared.model,
    names,
    placementOptions({ ...options, form: 'tensorrt' }),
  );
  for (const warning of placement.warnings) onWarning(warning);
  const lines = describeLines(original.graph, entries, names, matches, missing);
  if (matches.length === 0) checkFloat(original);
  if (matches.length === 0) throw nothingMatched(path, options.cache, lines.unusedLines);

  const quantized = prepared.model.clone();
  const written = await watch.time('quantize', () =>
    insertQdq(quantized, placement, new Map(matches.map(({ tensor, scale }) => [tensor, { scale }])), {
      weightStorage: options.weightStorage ?? 'int8',
    }),
  );
  const cast = options.highPrecision === 'fp16' ? await castWithCopy(quantized, 'fp16') : undefined;
  const { changed, lines: recorded } = await writtenScales(
    quantized,
    matches,
    written.floored,
    placement.groups.flat(),
  );
  if (changed.length > 0)
    onWarning(`${changed.length} scales in the model are not those of the cache: ${changed[0]!.reason}`);
  writeRecord(quantized, { cache: cache.origin.bytes, lines: recorded });
  const verify = await watch.time('verify', () => verifyOn(cast?.rounded ?? quantized));
  await watch.time('save', () => quantized.save(output));
  return {
    model: path,
    cache: options.cache,
    header: cacheHeader(cache) ?? '',
    output,
    matched: matches.map(({ tensor }) => tensor),
    missing: missing.map(({ tensor }) => tensor),
    unused: lines.unusedLines.map(({ line }) => line),
    withoutQdq: lines.withoutQdq,
    matches,
    left: missing,
    unusedLines: lines.unusedLines,
    changed,
    quantized: placement.nodes.filter((node) => node.quantized).map(({ node }) => node),
    skipped: placement.nodes.filter((node) => !node.quantized).map(({ node, reason }) => ({ node, reason })),
    ...(cast === undefined ? {} : { highPrecision: cast.summary }),
    verify,
    bytes: { fp32: await modelFileBytes(path), int8: await modelFileBytes(output) },
    warnings,
    timings: watch.timings,
  };

  async function verifyOn(model: Model): Promise<MigrateResult['verify']> {
    const { data } = options;
    if (data === undefined) return null;
    const candidate = workspace.path('candidate.onnx');
    await model.save(candidate, { temporary: true });
    const samples = await allSamples({ ...options, data }, modelInputs(prepared.model.inputs));
    await checkNotSamples([output], samples);
    const reference = await referenceOf(path, prepared, workspace, options);
    const compared = await compareOn(
      worker,
      prepared.model,
      { ...operation, reference, candidate, exactQdq: true },
      samples.calibration,
      samples.stream,
    );
    const { outputs, labelled } = compared;
    return { samples: compared.samples, outputs, ...(labelled ? { labelled } : {}) };
  }
}

async function readCache(path: string): Promise<CalibrationTable & Required<Pick<CalibrationTable, 'origin'>>> {
  const table = await readTable(path);
  const { origin } = table;
  if (origin?.format === 'tensorrt') return { ...table, origin };
  throw new CalibrtError(
    'ERR_TABLE_INVALID',
    `${path} is no TensorRT calibration cache, which begins with TRT-: other tables go to \`calibrt quantize --table\``,
  );
}

async function referenceOf(
  path: string,
  { model }: PreparedModel,
  workspace: Workspace,
  { inputShapes }: MigrateOptions,
): Promise<string> {
  if (inputShapes === undefined) return path;
  const reference = workspace.path('reference.onnx');
  await model.save(reference, { temporary: true });
  return reference;
}

function checkFloat({ path, nodes }: Model): void {
  const present = nodes.filter((node) => node.is('QuantizeLinear')).length;
  if (present === 0) return;
  throw new CalibrtError(
    'ERR_MODEL_UNSUPPORTED',
    `${path} holds ${present} QuantizeLinear nodes already: give the FP32 model that the cache was made for`,
  );
}

function nothingMatched(model: string, cache: string, unused: readonly UnusedLine[]): CalibrtError {
  const some = unused.slice(0, 3).map(({ line }) => `"${line}"`);
  const has = some.length === 0 ? 'it has no line but the header' : `it has lines such as ${some.join(', ')}`;
  return new CalibrtError(
    'ERR_TABLE_MISMATCH',
    `${cache} has no scale for any tensor of ${model} at which Q/DQ would stand (${has}): ` +
      'give the model that the cache was made for, or say which tensor a line means with --map LINE=TENSOR',
    { details: unused.map(({ line, reason }) => `${line}: ${reason}`) },
  );
}
