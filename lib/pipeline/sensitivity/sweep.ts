import { rm } from 'node:fs/promises';
import type { Judgement } from '../../backends/onnxruntime/index.js';
import { throwIfAborted } from '../../errors.js';
import { extractPart, tensorsAtCut, type ElementType, type Model, type Placement } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import type { StoredInputs, TrialNetwork } from '../precision/trial-network.js';
import type { UnitTrial } from './units.js';

/** How far a sweep has come: the tensors before `position`, on disk. */
interface Frontier {
  readonly position: number;
  readonly stored: StoredInputs;
}

/**
 * Judges trials that all differ from one network (`base`; FP32 where nothing of it is quantized) from some node on only. They are taken
 * in the graph's order: what lies before the first changed node is run once for all trials, from one cut to the next, and each
 * trial runs only what follows. On disk are the tensors at one cut, no matter how many trials.
 *
 * @param base - The placement that the trials differ from; null: nothing quantized.
 * @param onJudged - Told of each trial as it is done.
 */
export async function sweep(
  network: TrialNetwork,
  base: Placement | null,
  trials: readonly UnitTrial[],
  onJudged: (trial: UnitTrial, judgement: Judgement) => void | Promise<void>,
  options: OperationOptions,
): Promise<void> {
  const prefix = base === null ? network.model : await network.quantize(base);
  const name = base === null ? 'alone' : 'without';
  let frontier: Frontier = { position: 0, stored: network.inputs };
  for (const trial of [...trials].sort((a, b) => a.from - b.from)) {
    throwIfAborted(options.signal);
    frontier = await advance(network, prefix, frontier, trial.from, name, options);
    const quantized = await network.quantize(trial.placement);
    const suffix = partFrom(quantized, frontier, network.outputs);
    const judged = suffix
      ? await network.judge([suffix], options, frontier.stored)
      : await network.judge([quantized], options);
    await onJudged(trial, judged[0]!);
  }
  if (frontier.position > 0) await rm(frontier.stored.folder, { recursive: true });
}

/** Moves the frontier on; where the network cannot be cut there, it stays. */
async function advance(
  network: TrialNetwork,
  prefix: Model,
  frontier: Frontier,
  position: number,
  name: string,
  options: OperationOptions,
): Promise<Frontier> {
  if (position <= frontier.position || position >= network.model.nodes.length) return frontier;
  const wanted = tensorsAtCut(network.model, position);
  const made = wanted.filter((tensor) => !(tensor in frontier.stored.tensors));
  if (made.length === 0) return { ...frontier, position };
  const segment = partFrom(prefix, frontier, made);
  if (segment === undefined) return frontier;
  const stored = await network.record(segment, frontier.stored, wanted, `sweep-${name}-${position}`, options);
  if (frontier.position > 0) await rm(frontier.stored.folder, { recursive: true });
  return { position, stored };
}

/** What computes `outputs` from the stored tensors; undefined where it needs others too. */
function partFrom(model: Model, { stored }: Frontier, outputs: readonly string[]): Model | undefined {
  const inputs = Object.entries(stored.tensors).map(([name, { dtype, shape }]) => {
    // Sizes may change from sample to sample.
    return { name, dtype: dtype as ElementType, shape: shape.map(() => null) };
  });
  const made = outputs.filter((name) => !(name in stored.tensors));
  const part = extractPart(model, inputs, made);
  return part.inputs.every(({ name }) => name in stored.tensors) ? part : undefined;
}
