import type { Graph } from '../graph.js';
import type { Model } from '../model.js';
import { channelMaxima, readsApart, scaleChannels, spread } from './channels.js';
import { readFloats, writeFloats } from './own-constant.js';
import { findPairs, type ScalablePair } from './pairs.js';

/** Options of {@link equalizeLayers}. */
export interface EqualizeOptions {
  /** How the weights will be quantized, for that decides whose ranges matter. Default `per-channel`. */
  readonly weights?: 'per-channel' | 'per-tensor' | undefined;
  /** Largest magnitude of each channel (axis 1) of a tensor between two operators, as samples showed it. */
  readonly activations?: ReadonlyMap<string, ArrayLike<number>> | undefined;
}

/** What was done to a pair of nodes. */
export interface EqualizedPair {
  /** The first, whose output channels were divided. */
  readonly node: string;
  /** The one that reads its result. */
  readonly reader: string;
  /** The largest range of the first's output channels over the median one. */
  readonly spread: { readonly before: number; readonly after: number };
}

/** Sweeps over all pairs; a chain settles as its neighbours do. */
const SWEEPS = 30;

/** A sweep that changes no factor by more than this share is the last. */
const SETTLED = 1e-3;

/** Channels whose range is this much below the largest count as no smaller: samples may not have shown what they can do. */
const LEAST_SHARE = 1 / 64;

/**
 * Cross-layer equalization (Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019), in place: where
 * a weighted operator's result reaches one other only through positively homogeneous operators, channel c is divided by a positive s_c in the
 * first and multiplied by it in the second, which leaves the function as it is. With ranges r1 of the first's output channels, r2 of the
 * second's input channels and a of the values in between, of which each counts only where channels share a scale:
 *
 * s_c = √(n_c / r2_c), n_c = √(r1_c·a_c), or r1_c or a_c alone; s_c = n_c where the second is depthwise with a scale per channel, so
 * that nothing of its own speaks against it.
 *
 * @param model - A cleaned model; edit a clone to keep the original.
 * @returns the pairs, in graph order of their first.
 */
export async function equalizeLayers(model: Model, options: EqualizeOptions = {}): Promise<EqualizedPair[]> {
  const { graph } = model;
  const pairs = findPairs(graph);
  const weights = await readWeights(graph, pairs);
  const spreads = (): number[] =>
    pairs.map(({ first, output }) => spread(channelMaxima(weights.get(first.name)!, output)));
  const before = spreads();
  const factors = settle(graph, pairs, weights, options);
  for (const pair of pairs) await divideBias(graph, pair, factors.get(pair)!);
  for (const node of new Set(pairs.flatMap(({ first, second }) => [first, second]))) {
    writeFloats(graph, node, 1, weights.get(node.name)!, graph.initializers.get(node.inputs[1]!)!.dims);
  }
  const after = spreads();
  return pairs.map(({ first, second }, index) => ({
    node: first.name,
    reader: second.name,
    spread: { before: before[index]!, after: after[index]! },
  }));
}

async function readWeights(graph: Graph, pairs: readonly ScalablePair[]): Promise<Map<string, Float32Array>> {
  const weights = new Map<string, Float32Array>();
  for (const node of pairs.flatMap(({ first, second }) => [first, second])) {
    const values = weights.has(node.name) ? undefined : await readFloats(graph, node, 1);
    if (values) weights.set(node.name, values);
  }
  return weights;
}

/** Scales the weights in place, sweep by sweep, and returns what each pair was divided by in all. */
function settle(
  graph: Graph,
  pairs: readonly ScalablePair[],
  weights: ReadonlyMap<string, Float32Array>,
  { weights: granularity = 'per-channel', activations }: EqualizeOptions,
): Map<ScalablePair, Float64Array> {
  const total = new Map(pairs.map((pair) => [pair, new Float64Array(pair.output.channels).fill(1)]));
  // Raised once: a channel that no sample woke would otherwise grow from sweep to sweep.
  const seenBetween = new Map(
    pairs.map(({ between }) => [between, activations?.has(between) ? raised(activations.get(between)!) : undefined]),
  );
  for (let sweep = 0, largest = Infinity; sweep < SWEEPS && largest > SETTLED; sweep++) {
    largest = 0;
    for (const pair of pairs) {
      const [first, second] = [weights.get(pair.first.name)!, weights.get(pair.second.name)!];
      const all = total.get(pair)!;
      const seen = seenBetween.get(pair.between);
      const shares = granularity === 'per-tensor' || seen === undefined;
      const apart = granularity === 'per-channel' && readsApart(graph, pair.second);
      const step = stepOf({
        output: shares ? channelMaxima(first, pair.output) : undefined,
        between: seen && all.map((factor, c) => seen[c]! / factor),
        input: apart && seen ? undefined : channelMaxima(second, pair.input),
      });
      scaleChannels(
        first,
        pair.output,
        step.map((factor) => 1 / factor),
      );
      scaleChannels(second, pair.input, step);
      step.forEach((factor, c) => {
        all[c]! *= factor;
        largest = Math.max(largest, Math.abs(Math.log(factor)));
      });
    }
  }
  return total;
}

/** Ranges by channel on both sides of a pair and in between; undefined where they do not matter. */
interface PairRanges {
  readonly output: Float64Array | undefined;
  readonly between: Float64Array | undefined;
  readonly input: Float64Array | undefined;
}

function stepOf({ output, between, input }: PairRanges): Float64Array {
  const numerators = [output && raised(output), between].filter((ranges) => ranges !== undefined);
  const [some] = numerators;
  const ideal = (some ?? new Float64Array()).map((_, c) => {
    const numerator = numerators.reduce((product, ranges) => product * ranges[c]!, 1) ** (1 / numerators.length);
    if (input === undefined) return numerator;
    return Math.sqrt(numerator / input[c]!);
  });
  // A channel without weights on one side has no scale. Only ratios matter: the tensor as a whole keeps its size.
  const isUsable = (factor: number, c: number): boolean =>
    Number.isFinite(factor) && factor > 0 && input?.[c] !== 0 && output?.[c] !== 0;
  const mean = geometricMean(ideal.filter(isUsable));
  return ideal.map((factor, c) => (isUsable(factor, c) ? factor / mean : 1));
}

function raised(ranges: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(ranges);
  const floor = Math.max(...values) * LEAST_SHARE;
  return values.map((range) => Math.max(range, floor));
}

function geometricMean(values: Float64Array): number {
  return values.length === 0 ? 1 : Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

async function divideBias(graph: Graph, { first, output }: ScalablePair, factors: Float64Array): Promise<void> {
  const bias = await readFloats(graph, first, 2);
  if (bias === undefined) return;
  const scaled = factors.map((factor, c) => bias[bias.length === 1 ? 0 : c]! / factor);
  writeFloats(graph, first, 2, Float32Array.from(scaled), [output.channels]);
}
