import { availableParallelism } from 'node:os';
import { checkMetric, metricName, parseMetric } from '../../accuracy/index.js';
import { onnxRuntimeVersion, WorkerProcess, type Judgement } from '../../backends/onnxruntime/index.js';
import { modelInputs } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import { checkOutputPath } from '../../files.js';
import { placeQdq } from '../../model/index.js';
import { readTable, type CalibrationTable } from '../../tables/index.js';
import { calibrateTensors, qdqCapture } from '../calibration/calibrate.js';
import { createTable } from '../calibration/create-table.js';
import type { ActivationOptions, MethodOptions } from '../calibration/ranges.js';
import {
  checkNotSamples,
  drawSamples,
  isRereadable,
  type DrawnSamples,
  type SampleOptions,
} from '../calibration/samples.js';
import type { CaptureSet } from '../calibration/statistics.js';
import { checkOptions } from '../check-options.js';
import { placementOptions, type ScopeOptions } from '../placement-options.js';
import {
  hasLabels,
  openSteps,
  openTrials,
  RANKING_SAMPLES,
  searchPrecision,
  type AutoPrecision,
} from '../precision/auto-precision.js';
import { readBudget, type BudgetOptions } from '../precision/budget.js';
import type { TrialNetwork } from '../precision/trial-network.js';
import { prepareModel, type PreparedModel, type PrepareOptions } from '../prepare.js';
import { Stopwatch } from '../stopwatch.js';
import { Workspace } from '../workspace.js';
import { trialCapture } from './capture.js';
import { fileMemory, freshMemory } from './memory.js';
import { rankUnits, type RankedUnit, type Ranking } from './rank.js';

/** Options of {@link sensitivity}. */
export interface SensitivityOptions
  extends SampleOptions, MethodOptions, ActivationOptions, ScopeOptions, PrepareOptions, BudgetOptions {
  /** Ranges from this table, calibrating nothing. */
  readonly table?: string;
  /** Samples that judge; default 32, drawn as for a calibration. */
  readonly samples?: number;
  /** A file that keeps what was judged, for another run to go on from. */
  readonly resume?: string;
  /** Default: all cores. */
  readonly threads?: number;
}

/** How far outputs are from FP32's. */
export interface Closeness {
  /** The least over the outputs. */
  readonly cosine: number;
  /** The least over the outputs, in dB. */
  readonly sqnrDb: number;
  /** Of the metric that was asked for. */
  readonly metric?: number;
}

/** One node, and what quantizing it costs. */
export interface SensitivityLayer extends Closeness {
  readonly node: string;
  readonly opType: string;
  /** Its multiply-accumulates as a share of the network's, 0 to 1. */
  readonly macsShare: number;
  /** All quantized but this node; beside it, the node's own figures are of it quantized and nothing else. */
  readonly without: Closeness;
  /** Its share of the error of full INT8; see docs/accuracy.md. */
  readonly cost: number;
}

/** What `calibrt sensitivity --json` prints. */
export interface SensitivityResult {
  readonly model: string;
  readonly method: string;
  /** Samples that judged. */
  readonly samples: number;
  readonly metric?: string;
  /** All nodes quantized. */
  readonly full: Closeness;
  /** Every node that is quantized, the costliest first. */
  readonly layers: readonly SensitivityLayer[];
  /** Nodes to leave out of INT8 so that the budget is kept; empty where none was asked for. */
  readonly exclude: readonly string[];
  /** How that list was found, where a budget was asked for. */
  readonly auto?: AutoPrecision;
  readonly timings: Readonly<Record<string, number>>;
}

/**
 * Ranks the quantized nodes of a network by what each costs: each is quantized alone, and all but it, and the network's outputs are
 * compared with FP32's. With a budget it also finds the nodes to leave out.
 *
 * @param path - The FP32 ONNX model.
 * @throws CalibrtError as `quantize` throws; `ERR_USAGE` for samples that can be read only once; `ERR_TABLE_*` for a file to resume from
 *   that is not this ranking's.
 */
export async function sensitivity(path: string, wanted: SensitivityOptions): Promise<SensitivityResult> {
  // The file to resume from is the ranking's; the calibration is short beside it.
  const { resume, ...options } = wanted;
  checkOptions(options);
  readBudget(options, true);
  const asked = options.metric === undefined ? undefined : parseMetric(options.metric);
  if (!isRereadable(options.data)) {
    throw new CalibrtError('ERR_USAGE', 'samples are read more than once: give a folder or files as `data`');
  }
  if (resume !== undefined) await checkOutputPath(resume, path);
  const watch = new Stopwatch();
  await using worker = new WorkerProcess();
  await using workspace = await Workspace.create();
  const prepared = await watch.time('open', () => prepareModel(path, worker, { ...options, writes: [resume] }));
  if (asked)
    checkMetric(
      asked,
      prepared.model.outputs.map(({ name }) => name),
    );
  const placement = placeQdq(prepared.model, placementOptions(options));
  for (const warning of placement.warnings) options.onWarning?.(warning);
  // Refuses a network in which there is nothing to quantize.
  qdqCapture(prepared.model, placement);
  const samples = await watch.time('open', () => drawSamples(options, modelInputs(prepared.model.inputs), 0));
  await checkNotSamples([resume], samples);
  const set = trialCapture(prepared.model, placement);
  const table = await rangesFor(prepared, set, samples, { worker, workspace, watch }, options);
  const budget = readBudget(options, await hasLabels(samples));
  const metric = budget?.metric ?? asked;
  const threads = options.threads ?? availableParallelism();
  const start = {
    model: prepared.model,
    placement,
    ranges: table.tensors,
    samples,
    tools: { worker, workspace, threads },
  };
  const count = options.samples ?? RANKING_SAMPLES;
  const network = await watch.time('reference', () =>
    openTrials(start, { ...(metric && { metric }) }, 'ranking', count, options),
  );
  const identity = [
    await prepared.model.sha256(),
    table.tensors,
    placement,
    samples.calibration,
    metric,
    count,
    threads,
    onnxRuntimeVersion(),
  ];
  const memory = resume === undefined ? freshMemory() : await fileMemory(resume, identity);
  const ranking = await watch.time('sensitivity', () =>
    rankUnits(network, placement, placementOptions(options), metric, memory, options),
  );
  const found =
    budget &&
    (await watch.time('precision', async () => {
      const isAll = network.samples < RANKING_SAMPLES;
      const steps = isAll ? network : await openSteps(start, budget, 'steps', options);
      return searchPrecision(budget, ranking.units, steps, [], placement, options);
    }));
  return {
    model: path,
    method: table.method,
    samples: network.samples,
    ...(metric === undefined ? {} : { metric: metricName(metric) }),
    ...describeRanking(ranking, network),
    exclude: found?.auto.exclude ?? [],
    ...(found === undefined ? {} : { auto: found.auto }),
    timings: watch.timings,
  };
}

async function rangesFor(
  prepared: PreparedModel,
  set: CaptureSet,
  samples: DrawnSamples,
  tools: Parameters<typeof calibrateTensors>[3],
  options: Omit<SensitivityOptions, 'resume'>,
): Promise<Pick<CalibrationTable, 'tensors' | 'method'>> {
  if (options.table !== undefined) {
    const table = await readTable(options.table);
    const missing = set.placement!.activations.find(({ tensor }) => table.tensors[tensor] === undefined);
    if (missing === undefined) return table;
    throw new CalibrtError(
      'ERR_TABLE_MISMATCH',
      `${options.table} has no range for tensor ${missing.tensor}: calibrate again`,
    );
  }
  return createTable(await calibrateTensors(prepared, set, samples, tools, options), samples, options.signal);
}

function describeRanking({ full, units }: Ranking, network: TrialNetwork): Pick<SensitivityResult, 'full' | 'layers'> {
  const work = [...network.macs.values()].reduce((sum, macs) => sum + macs, 0);
  const layer = ({ unit, alone, without, cost }: RankedUnit): SensitivityLayer => ({
    node: unit.node,
    opType: unit.opType,
    macsShare: work === 0 ? 0 : unit.nodes.reduce((sum, node) => sum + (network.macs.get(node) ?? 0), 0) / work,
    ...closeness(alone),
    without: closeness(without),
    cost,
  });
  return { full: closeness(full), layers: units.map(layer) };
}

function closeness({ outputs, metric }: Judgement): Closeness {
  const all = Object.values(outputs);
  return {
    cosine: Math.min(...all.map(({ cosine }) => cosine)),
    sqnrDb: Math.min(...all.map(({ sqnrDb }) => sqnrDb)),
    ...(metric === undefined ? {} : { metric: metric.value }),
  };
}
