import type { MetricSpec } from '../../accuracy/index.js';
import type { Judgement, WorkerProcess } from '../../backends/onnxruntime/index.js';
import type { Placement } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import { createTable } from '../calibration/create-table.js';
import { findRanges, type RangeSource } from '../calibration/range-source.js';
import type { DrawnSamples } from '../calibration/samples.js';
import { tuneRanges } from '../calibration/tune.js';
import { quantizationRanges } from '../kinds/activations.js';
import { placeKind } from '../kinds/place.js';
import type { PreparedModel } from '../prepare.js';
import type { QuantizeOptions } from '../quantize-options.js';
import { findShifts } from '../repair/bias.js';
import { gainOf, type RepairOutcome, type RepairReport } from '../repair/choice.js';
import { equalizeNetwork } from '../repair/equalize.js';
import { repairJudge } from '../repair/repair.js';
import { smoothNetwork } from '../repair/smooth.js';
import type { RepairJudge } from '../repair/trial.js';
import { errorsOf, gainDb, MOST_FALL_DB, worstFallDb } from '../sensitivity/cost.js';
import { Stopwatch } from '../stopwatch.js';
import type { Workspace } from '../workspace.js';
import type { TrialNetwork } from './trial-network.js';

/** A network with everything that its quantization starts from. */
export interface PrecisionBase {
  readonly prepared: PreparedModel;
  /** Full INT8. */
  readonly placement: Placement;
  readonly source: RangeSource;
  /** Bias correction, by node; undefined: none. */
  readonly shifts?: ReadonlyMap<string, ArrayLike<number>>;
}

/** A base that has been run and judged. */
export interface JudgedBase {
  readonly base: PrecisionBase;
  readonly network: TrialNetwork;
  /** Full INT8. */
  readonly full: Judgement;
}

/** What the repairs need to know. */
export interface RepairSetting {
  readonly metric: MetricSpec;
  readonly isMet: (judged: JudgedBase) => boolean;
  /** Runs a base in full INT8. */
  readonly judge: (base: PrecisionBase, name: string) => Promise<JudgedBase>;
  readonly samples: DrawnSamples;
  readonly tools: { readonly worker: WorkerProcess; readonly workspace: Workspace };
  readonly options: QuantizeOptions & OperationOptions;
}

/** Bases on the way, the last being the one to go on from, and what came of each repair. */
export interface RepairedBase {
  readonly steps: readonly { readonly judged: JudgedBase; readonly repairs: readonly string[] }[];
  readonly reports: readonly RepairReport[];
}

/** A gain below this is of these samples, not of the repair. */
const LEAST_GAIN_DB = 0.1;

/** Candidates of the `tune` that is tried unasked. */
const TUNE_CANDIDATES = 8;

/** A repaired base, or why there is none. */
type Attempt = Pick<RepairReport, 'nodes' | 'functionError' | 'why'> & { readonly base?: PrecisionBase };

/**
 * Repair before surrender: where full INT8 breaks the budget, what makes INT8 cost less is tried before nodes are given up, one repair on
 * top of the other until the budget is kept. Each is run, and stays where the metric gains.
 *
 * What the options ask for by name is done elsewhere (`equalize`, `tune`) or tried in any case (`biasCorrection`); what they
 * refuse is not tried, and with `repairs: false` only what they ask for.
 */
export async function repairFirst(start: JudgedBase, setting: RepairSetting): Promise<RepairedBase> {
  const { metric, isMet, judge, samples, tools, options } = setting;
  const reports: RepairReport[] = [];
  const steps: { judged: JudgedBase; repairs: string[] }[] = [{ judged: start, repairs: [] }];
  // Unasked, a repair that comes to nothing is no warning.
  const { onWarning, ...quiet } = options;
  const own = repairJudge(samples, tools, quiet);
  for (const { repair, wanted, attempt } of repairs) {
    const { judged: before, repairs: done } = steps.at(-1)!;
    const asked = wanted(options);
    if (asked === false || (asked === undefined && (options.repairs === false || isMet(before)))) continue;
    const { base, nodes, functionError, why } = await attempt(before.base, own, setting);
    const report = { repair, nodes, ...(functionError === undefined ? {} : { functionError }) };
    if (base === undefined) {
      reports.push({ ...report, kept: false, ...(why === undefined ? {} : { why }) });
      continue;
    }
    const after = await judge(base, repair);
    const kept = gains(before.full, after.full, metric);
    reports.push({
      ...report,
      kept,
      gain: gainOf(before.full, after.full),
      ...(kept ? {} : { why: 'the metric gains nothing by it here' }),
    });
    if (kept) steps.push({ judged: after, repairs: [...done, repair] });
    else if (asked) onWarning?.(`${repair} is left out: the metric gains nothing by it here`);
  }
  return { steps, reports };
}

/** In the order in which they are tried; `wanted`: true where asked for by name, undefined where nothing is said, false where not to try. */
const repairs: readonly {
  readonly repair: RepairReport['repair'];
  readonly wanted: (options: QuantizeOptions) => boolean | undefined;
  readonly attempt: (base: PrecisionBase, judge: RepairJudge, setting: RepairSetting) => Promise<Attempt>;
}[] = [
  {
    repair: 'equalize',
    // Asked for, it has been done; with a table to write it would make one that fits no network but its own.
    wanted: ({ equalize, tableOut }) => (equalize === undefined && tableOut === undefined ? undefined : false),
    attempt: async (base, judge, setting) =>
      recalibrated(await equalizeNetwork(base.prepared.model, setting.options, judge), base, setting),
  },
  {
    repair: 'smooth',
    wanted: ({ smooth, tableOut }) => (smooth === undefined && tableOut === undefined ? undefined : false),
    attempt: async (base, judge, setting) =>
      recalibrated(await smoothNetwork(base.prepared.model, setting.options, undefined, judge), base, setting),
  },
  { repair: 'tune', wanted: ({ tune }) => (tune === undefined ? undefined : false), attempt: tuned },
  { repair: 'bias-correction', wanted: ({ biasCorrection }) => biasCorrection, attempt: biasCorrected },
];

/** What lies between the layers is another after a repair, and so are its ranges. */
async function recalibrated(
  { model, report }: RepairOutcome,
  { prepared }: PrecisionBase,
  { samples, tools, options }: RepairSetting,
): Promise<Attempt> {
  if (!report.kept) return report;
  const repaired = { ...prepared, model };
  const placement = placeKind(model, options);
  // The checkpoint is that of the network as it was.
  const calibration = { ...options };
  delete (calibration as { resume?: string }).resume;
  const watched = { ...tools, watch: new Stopwatch() };
  const source = await findRanges(repaired, placement, samples, watched, calibration);
  return { ...report, base: { prepared: repaired, placement, source } };
}

async function tuned(base: PrecisionBase, judge: RepairJudge, { samples, options }: RepairSetting): Promise<Attempt> {
  const { prepared, placement, source } = base;
  const { captured, label, table } = source;
  if (captured === undefined) return { nodes: [], why: 'its ranges are a table’s' };
  const found = { label, ranges: new Map(Object.entries(table.tensors)) };
  const { statistics } = captured;
  const ranges = await tuneRanges(prepared.model, placement, found, statistics, TUNE_CANDIDATES, judge);
  const changed = placement.activations.filter(
    ({ tensor }) => ranges.ranges.get(tensor)!.max !== table.tensors[tensor]!.max,
  );
  const nodes = [...new Set(changed.flatMap(({ edges }) => edges.map(({ node }) => node)))];
  if (nodes.length === 0) return { nodes, why: 'every operator is served best by the thresholds that there are' };
  const next = await createTable({ prepared, captured, ...ranges }, samples, options.signal);
  return { nodes, base: { ...base, source: { label: ranges.label, table: next, captured } } };
}

async function biasCorrected(base: PrecisionBase, judge: RepairJudge, { options }: RepairSetting): Promise<Attempt> {
  const { prepared, placement, source } = base;
  const ranges = quantizationRanges(source.table, placement, options);
  const shifts = await findShifts(prepared.model, placement, ranges, judge);
  if (shifts.size === 0) return { nodes: [], why: 'no operator has a bias that could take it in' };
  return { nodes: [...shifts.keys()], base: { ...base, shifts } };
}

/** Whether a repair is worth having: the metric's part gains, nothing else falls far, and what the user counts does not fall at all. */
function gains(before: Judgement, after: Judgement, metric: MetricSpec): boolean {
  const [a, b] = [errorsOf(before, metric), errorsOf(after, metric)];
  if (gainDb(a, b) < LEAST_GAIN_DB || worstFallDb(a, b) > MOST_FALL_DB) return false;
  return (after.metric?.value ?? 0) >= (before.metric?.value ?? 0);
}
