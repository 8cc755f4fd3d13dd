import { breathe } from '../../breathe.js';
import { throwIfAborted } from '../../errors.js';
import type { Model } from '../model.js';
import { upgradeOpset } from '../opset/upgrade.js';
import { constantsToInitializers } from './constants.js';
import { foldAffine } from './fold-affine.js';
import { foldConstants, type Evaluate } from './fold-constants.js';
import { foldPads } from './fold-pad.js';
import { removeIdentities } from './identity.js';
import { dropWeightInputs } from './inputs.js';
import { sumsToAdds } from './sum.js';
import { dropStaleValues, dropUnusedInitializers, removeDeadNodes } from './unused.js';

/** Options of {@link cleanModel}. */
export interface CleanOptions {
  /** Computes constant expressions; without it they stay as they are. */
  readonly evaluate?: Evaluate;
  /** The least operator set of the result; default 13, the first with per-channel Q/DQ. A newer model keeps its own. */
  readonly opset?: number;
  readonly signal?: AbortSignal;
}

/** What {@link cleanModel} changed. */
export interface CleanReport {
  /** Weights that were listed as graph inputs. */
  readonly weightInputs: number;
  /** `Constant` nodes that became initializers. */
  readonly constants: number;
  /** Identity and Dropout nodes removed. */
  readonly identities: readonly string[];
  /** Operator set before and after. */
  readonly opset: { readonly from: number; readonly to: number; readonly nodes: readonly string[] };
  /** Nodes that were replaced by their constant value. */
  readonly foldedConstants: readonly string[];
  /** Pad nodes that the convolutions after them took in. */
  readonly foldedPads: readonly string[];
  /** BatchNormalization nodes, and additions and multiplications per channel, folded into the weights before them. */
  readonly foldedAffine: readonly string[];
  /** Nodes that led to no output. */
  readonly deadNodes: readonly string[];
  /** Initializers that nothing read any more. */
  readonly unusedInitializers: number;
  /** What could not be done, and why. */
  readonly warnings: readonly string[];
}

/** The first operator set with Q/DQ per channel. */
export const perChannelOpset = 13;

/**
 * Brings a model, in place, into the form that placement and Q/DQ insertion expect: what is constant is an initializer,
 * BatchNormalization is folded, the operator set knows per-channel Q/DQ. Its outputs stay the same but for rounding. Control flow
 * is left alone.
 *
 * @throws CalibrtError `ERR_MODEL_UNSUPPORTED` where the operator set cannot be raised.
 */
export async function cleanModel(model: Model, options: CleanOptions = {}): Promise<CleanReport> {
  const { graph } = model;
  const warnings: string[] = [];
  const weightInputs = dropWeightInputs(model);
  const constants = constantsToInitializers(graph);
  const identities = await removeIdentities(graph);
  sumsToAdds(graph);
  await breathe();
  const opset = await upgradeOpset(model, options.opset ?? perChannelOpset);
  await breathe();
  throwIfAborted(options.signal);
  const foldedConstants = options.evaluate ? await tryFold(model, options.evaluate, warnings) : [];
  throwIfAborted(options.signal);
  const foldedPads = await foldPads(graph);
  const foldedAffine = await foldAffine(graph);
  await breathe();
  const deadNodes = removeDeadNodes(graph);
  const unusedInitializers = dropUnusedInitializers(graph);
  dropStaleValues(graph);
  return {
    weightInputs,
    constants,
    identities,
    opset,
    foldedConstants,
    foldedPads,
    foldedAffine,
    deadNodes,
    unusedInitializers,
    warnings,
  };
}

async function tryFold(model: Model, evaluate: Evaluate, warnings: string[]): Promise<string[]> {
  try {
    return await foldConstants(model, evaluate);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    warnings.push(`constant expressions were not folded: ${reason}`);
    return [];
  }
}
