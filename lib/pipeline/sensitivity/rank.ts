import type { MetricSpec } from '../../accuracy/index.js';
import type { Judgement } from '../../backends/onnxruntime/index.js';
import type { Placement, PlacementOptions } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import type { TrialNetwork } from '../precision/trial-network.js';
import { errorsOf, share } from './cost.js';
import { sweep } from './sweep.js';
import { allBut, alone, unitsOf, type Unit, type UnitTrial } from './units.js';

/** How a unit was judged so far; kept in a file by `--resume`. */
export interface UnitJudgements {
  /** The unit quantized and nothing else. */
  readonly alone?: Judgement;
  /** All quantized but the unit. */
  readonly without?: Judgement;
}

/** A unit with what quantizing it costs. */
export interface RankedUnit {
  readonly unit: Unit;
  readonly alone: Judgement;
  readonly without: Judgement;
  /**
   * The unit's share of the error of full INT8: the mean of what it makes alone and of what goes when it is left out. The two differ
   * where errors add up or cancel; the mean of both is steadier than either.
   */
  readonly cost: number;
}

/** Units ranked, the costliest first, and full INT8, which they are measured by. */
export interface Ranking {
  readonly full: Judgement;
  readonly units: readonly RankedUnit[];
}

/** What was judged before, and where to note what is judged now. */
export interface RankMemory {
  get(node: string): UnitJudgements | undefined;
  set(node: string, judgements: UnitJudgements): void | Promise<void>;
}

/** Judges every unit alone and all but it, and ranks them. */
export async function rankUnits(
  network: TrialNetwork,
  placement: Placement,
  placementOptions: PlacementOptions,
  metric: MetricSpec | undefined,
  memory: RankMemory,
  options: OperationOptions,
): Promise<Ranking> {
  const { model } = network;
  const units = unitsOf(model, placement);
  const [full] = await network.judge([await network.quantize(placement)], options);
  const total = 2 * units.length;
  let done = 0;
  const run = async (
    side: keyof UnitJudgements,
    base: Placement | null,
    make: (unit: Unit) => UnitTrial,
  ): Promise<void> => {
    const missing = units.filter(({ node }) => memory.get(node)?.[side] === undefined);
    done += units.length - missing.length;
    const judged = async ({ unit: { node } }: UnitTrial, judgement: Judgement): Promise<void> => {
      await memory.set(node, { ...memory.get(node), [side]: judgement });
      options.onProgress?.({ phase: 'sensitivity', done: ++done, total, detail: node });
    };
    await sweep(network, base, missing.map(make), judged, options);
  };
  await run('alone', null, (unit) => alone(model, placement, unit));
  await run('without', placement, (unit) =>
    allBut(model, placement, placementOptions, unit, (placed) => network.hasRanges(placed)),
  );
  const whole = errorsOf(full!, metric);
  const ranked = units.map((unit): RankedUnit => {
    const { alone: own, without } = memory.get(unit.node) as Required<UnitJudgements>;
    const removed = 1 - share(errorsOf(without, metric), whole);
    return { unit, alone: own, without, cost: (share(errorsOf(own, metric), whole) + removed) / 2 };
  });
  return { full: full!, units: ranked.sort((a, b) => b.cost - a.cost) };
}
