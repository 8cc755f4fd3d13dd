import type { Model } from '../model.js';
import type { GraphNode } from '../node.js';
import { channelMaxima, scaleChannels, type ChannelView } from './channels.js';
import { readFloats, writeFloats } from './own-constant.js';
import { findSmoothSites, type SmoothSite } from './smooth-sites.js';

/** Options of {@link smoothProducts}. */
export interface SmoothOptions {
  /** Largest magnitude of each channel (last axis) of a tensor that products read, as samples showed it; others stay. */
  readonly activations: ReadonlyMap<string, ArrayLike<number>>;
  /**
   * How much of the difficulty moves from activations to weights, by tensor: 0 evens out the weights, 1 the activations. Tensors that it does
   * not name stay.
   */
  readonly alphas: ReadonlyMap<string, number>;
}

/** Channels whose range is this much below the median count as no smaller: samples may not have shown what they can do. */
const LEAST_SHARE = 1 / 64;

/**
 * Moves the difficulty of quantizing outliers from activations to weights (SmoothQuant, Xiao et al. 2022), in place: channel j of a tensor
 * that matrix products read is divided by
 *
 * s_j = max|X_j|^α / max|W_j|^(1-α)
 *
 * and row j of their weights multiplied by it; W are the weights of all products that read X. The division goes into the scale and bias of
 * the normalization that makes X, or into a linear layer's weights, so that the function stays as it is and no operator is added.
 *
 * @param model - A cleaned model; edit a clone to keep the original.
 * @returns the products that read what was smoothed, by name.
 */
export async function smoothProducts(model: Model, { activations, alphas }: SmoothOptions): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const site of findSmoothSites(model.graph)) {
    const alpha = alphas.get(site.tensor);
    const seen = activations.get(site.tensor);
    if (alpha === undefined || seen === undefined) continue;
    const factors = factorsOf(raised(seen), raised(await rowMaxima(model, site)), alpha);
    const inverse = factors.map((factor) => 1 / factor);
    for (const { node, input, view } of site.absorbers) await scale(model, node, input, view, inverse);
    for (const { node, view } of site.readers) await scale(model, node, 1, view, factors);
    changed.push(...site.readers.map(({ node }) => node.name));
  }
  return changed;
}

async function rowMaxima({ graph }: Model, { readers, channels }: SmoothSite): Promise<Float64Array> {
  const maxima = new Float64Array(channels);
  for (const { node, view } of readers) {
    const weights = await readFloats(graph, node, 1);
    if (weights) channelMaxima(weights, view).forEach((value, c) => (maxima[c] = Math.max(maxima[c]!, value)));
  }
  return maxima;
}

function factorsOf(activations: Float64Array, weights: Float64Array, alpha: number): Float64Array {
  const ideal = activations.map((value, c) => value ** alpha / weights[c]! ** (1 - alpha));
  return ideal.map((factor) => (Number.isFinite(factor) && factor > 0 ? factor : 1));
}

function raised(ranges: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(ranges);
  const sorted = values.filter((value) => value > 0).sort();
  const floor = (sorted[sorted.length >> 1] ?? 0) * LEAST_SHARE;
  return values.map((value) => Math.max(value, floor));
}

async function scale(
  { graph }: Model,
  node: GraphNode,
  input: number,
  view: ChannelView,
  factors: Float64Array,
): Promise<void> {
  const values = await readFloats(graph, node, input);
  if (!values) return;
  scaleChannels(values, view, factors);
  writeFloats(graph, node, input, values, graph.initializers.get(node.inputs[input]!)!.dims);
}
