import type { Judgement } from '../../backends/onnxruntime/index.js';
import { throwIfAborted } from '../../errors.js';
import type { Placement, PlacementOptions } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import { errorsOf, gainDb, MOST_FALL_DB, share, worstFallDb, type Errors } from '../sensitivity/cost.js';
import type { RankedUnit } from '../sensitivity/rank.js';
import { placeWithout, type Unit } from '../sensitivity/units.js';
import { keepsBudget, leastFigure, type Budget } from './budget.js';
import type { TrialNetwork } from './trial-network.js';

/** A network on the way from full INT8 to one that keeps the budget. */
export interface PrecisionStep {
  /** Names of the nodes that are left out of INT8. */
  readonly excluded: readonly string[];
  /** The repairs that the network has, of those that were tried for the budget. */
  readonly repairs: readonly string[];
  /** Share of the multiply-accumulates in INT8, 0 to 1. */
  readonly int8Share: number;
  /** The metric's figure on the samples that judge. */
  readonly figure: number;
  /** SQNR of each output, in dB. */
  readonly sqnrDb: Readonly<Record<string, number>>;
}

/** What a search found. */
export interface FoundPrecision {
  readonly met: boolean;
  readonly placement: Placement;
  readonly exclude: readonly string[];
  /** Every network that was judged and taken, from full INT8 on. */
  readonly curve: readonly PrecisionStep[];
  readonly int8Share: number;
  /** The metric's figure of what was chosen. */
  readonly chosen: number;
  /** Networks that were run to decide. */
  readonly trials: number;
}

/** Trials of one step: the most promising few are run, for the ranking is of each node apart. */
const TRIALS_PER_STEP = 3;

/**
 * What a node left in float costs beside its multiply-accumulates, as a share of what an average node of the network costs: values are
 * converted on both sides of it.
 */
const CONVERSION = 0.25;

/** A step that buys this much for 1 % of the network's work is worth it although the budget is kept already. */
const CHEAP_DB_PER_PERCENT = 0.25;

/** Beyond this share in float nothing is cheap. */
const CHEAP_SHARE = 0.1;

/** One choice of nodes, placed and judged. */
interface State {
  readonly units: readonly RankedUnit[];
  readonly placement: Placement;
  readonly judgement: Judgement;
  readonly errors: Errors;
  readonly int8Share: number;
}

/**
 * Leaves nodes out of INT8 until the budget is kept. Every step is a network that was placed anew by the rules and run; the ranking
 * only says what to try first. See docs/accuracy.md for how nodes are chosen.
 */
export class PrecisionSearch {
  #trials = 0;
  readonly #curve: State[] = [];
  readonly #work: number;
  readonly #candidates: readonly RankedUnit[];
  readonly #conversion: number;

  constructor(
    private readonly network: TrialNetwork,
    private readonly placementOptions: PlacementOptions,
    ranking: readonly RankedUnit[],
    private readonly budget: Budget,
    /** The metric's figure of FP32. */
    private readonly reference: number,
    /** Repairs that the network has; said of every step. */
    private readonly repairs: readonly string[],
    private readonly options: OperationOptions,
  ) {
    this.#work = [...network.macs.values()].reduce((sum, macs) => sum + macs, 0);
    // An addition, concatenation or pool is in INT8 for the sake of the nodes around it: with these it goes, by the rules. To leave it
    // out alone would part it from the convolution that it fuses with.
    const weighted = ranking.filter(({ unit }) => unit.nodes.some((node) => (network.macs.get(node) ?? 0) > 0));
    this.#candidates = weighted.length > 0 ? weighted : ranking;
    this.#conversion = CONVERSION / Math.max(1, this.#candidates.length);
  }

  async run(placement: Placement): Promise<FoundPrecision> {
    const [full] = await this.network.judge([await this.network.quantize(placement)], this.options);
    let state = this.#state([], placement, full!);
    this.#note(state);
    // What FP32 itself does not reach no choice does; what is cheap is still worth having.
    const isWithinReach = leastFigure(this.budget, this.reference) <= this.reference;
    while (isWithinReach && !this.#isMet(state)) {
      const next = await this.#step(state, Math.max(1, state.units.length >> 2));
      if (next === undefined) break;
      this.#note((state = next));
    }
    const met = this.#isMet(state);
    if (met) state = await this.#prune(state);
    state = met || !isWithinReach ? await this.#goOnWhileCheap(state) : this.#best();
    return {
      met,
      placement: state.placement,
      exclude: namesOf(state),
      curve: this.#curve.map((each) => describeStep(each.judgement, namesOf(each), this.repairs, each.int8Share)),
      int8Share: state.int8Share,
      chosen: figureOf(state),
      trials: this.#trials,
    };
  }

  /** The best of the most promising next networks, or undefined where none is better than `state`. */
  async #step(state: State, count: number): Promise<State | undefined> {
    const queue = this.#queue(state);
    for (let start = 0; start < queue.length; start += TRIALS_PER_STEP * count) {
      const part = queue.slice(start, start + TRIALS_PER_STEP * count);
      const sets = count === 1 ? part.map((unit) => [unit]) : [part.slice(0, count)];
      const tried = await this.#try(sets.map((units) => [...state.units, ...units]));
      const better = tried
        .map((next) => ({ next, value: this.#valueOf(state, next) }))
        .filter(({ value }) => value > 0)
        .sort((a, b) => b.value - a.value)[0];
      if (better) return better.next;
    }
    return undefined;
  }

  /** Gain in dB for 1 % of the network's work. */
  #valueOf(from: State, to: State): number {
    if (worstFallDb(from.errors, to.errors) > MOST_FALL_DB) return -Infinity;
    return gainDb(from.errors, to.errors) / (100 * (this.#price(to) - this.#price(from)));
  }

  /** The nodes that are left, those first that promise most for what they cost. */
  #queue(state: State): RankedUnit[] {
    const out = new Set(state.units.map(({ unit }) => unit.node));
    const left = share(state.errors, this.#curve[0]!.errors);
    const promise = ({ cost, unit }: RankedUnit): number => {
      const removed = Math.min(0.9, cost / Math.max(left, 1e-6));
      return (-10 * Math.log10(1 - removed)) / (this.#workOf(unit) + this.#conversion);
    };
    return this.#candidates
      .filter(({ unit }) => !out.has(unit.node))
      .map((ranked) => ({ ranked, value: promise(ranked) }))
      .sort((a, b) => b.value - a.value)
      .map(({ ranked }) => ranked);
  }

  /** Puts nodes back that the budget does without, the dearest first. */
  async #prune(state: State): Promise<State> {
    let current = state;
    const price = ({ unit }: RankedUnit): number => this.#workOf(unit);
    for (const unit of [...state.units].sort((a, b) => price(b) - price(a))) {
      if (current.units.length < 2) break;
      const [next] = await this.#try([current.units.filter((other) => other !== unit)]);
      if (next && this.#isMet(next)) this.#note((current = next));
    }
    return current;
  }

  async #goOnWhileCheap(state: State): Promise<State> {
    let current = state;
    for (;;) {
      const sets = this.#queue(current)
        .slice(0, TRIALS_PER_STEP)
        .map((unit) => [...current.units, unit]);
      const cheap = (await this.#try(sets))
        .map((next) => ({ next, value: this.#valueOf(current, next) }))
        .filter(({ next, value }) => value >= CHEAP_DB_PER_PERCENT && 1 - next.int8Share <= CHEAP_SHARE)
        .filter(({ next }) => this.#isMet(next) || !this.#isMet(current))
        .sort((a, b) => b.value - a.value)[0];
      if (cheap === undefined) return current;
      this.#note((current = cheap.next));
    }
  }

  async #try(sets: readonly (readonly RankedUnit[])[]): Promise<State[]> {
    const states: State[] = [];
    for (const units of sets) {
      throwIfAborted(this.options.signal);
      const placement = placeWithout(
        this.network.model,
        this.placementOptions,
        units.map(({ unit }) => unit),
      );
      if (placement.activations.length === 0 || !this.network.hasRanges(placement)) continue;
      const [judgement] = await this.network.judge([await this.network.quantize(placement)], this.options);
      this.#trials++;
      states.push(this.#state(units, placement, judgement!));
      this.options.onProgress?.({ phase: 'precision', done: this.#trials, detail: `${units.length} nodes in float` });
    }
    return states;
  }

  #state(units: readonly RankedUnit[], placement: Placement, judgement: Judgement): State {
    const errors = errorsOf(judgement, this.budget.metric);
    return { units, placement, judgement, errors, int8Share: int8ShareOf(this.network, placement) };
  }

  #note(state: State): void {
    this.#curve.push(state);
  }

  #best(): State {
    return this.#curve.reduce((best, state) => (figureOf(state) > figureOf(best) ? state : best));
  }

  #isMet({ judgement }: State): boolean {
    return keepsBudget(this.budget, this.reference, judgement, this.network.samples);
  }

  #price(state: State): number {
    return 1 - state.int8Share + this.#conversion * state.units.length;
  }

  #workOf({ nodes }: Unit): number {
    const macs = nodes.reduce((sum, node) => sum + (this.network.macs.get(node) ?? 0), 0);
    return this.#work === 0 ? 0 : macs / this.#work;
  }
}

/** Share of a network's multiply-accumulates that a placement has in INT8. */
export function int8ShareOf({ macs }: Pick<TrialNetwork, 'macs'>, { nodes }: Placement): number {
  const work = [...macs.values()].reduce((sum, each) => sum + each, 0);
  const int8 = nodes.reduce((sum, { node, quantized }) => sum + (quantized ? (macs.get(node) ?? 0) : 0), 0);
  return work === 0 ? 1 : int8 / work;
}

/** A judged network as a point of the curve. */
export function describeStep(
  judgement: Judgement,
  excluded: readonly string[],
  repairs: readonly string[],
  int8Share: number,
): PrecisionStep {
  const sqnrDb = Object.entries(judgement.outputs).map(([name, metrics]) => [name, metrics.sqnrDb] as const);
  return { excluded, repairs, int8Share, figure: figureOf({ judgement }), sqnrDb: Object.fromEntries(sqnrDb) };
}

function namesOf({ units }: State): string[] {
  return units.map(({ unit }) => unit.node);
}

function figureOf({ judgement }: Pick<State, 'judgement'>): number {
  return judgement.metric?.value ?? -Infinity;
}
