import { dropUnusedInitializers } from '../clean/unused.js';
import { hasQdq } from '../has-qdq.js';
import { inferTypes } from '../infer.js';
import type { Model } from '../model.js';
import { upgradeOpset } from '../opset/upgrade.js';
import { nodePattern } from '../placement/patterns.js';
import { HalfConstants } from './constants.js';
import { Decider, type Decision, type KeptNode } from './decide.js';
import type { HalfType } from './half.js';
import { lower } from './lower.js';
import { simulate } from './simulate.js';
import { Wiring } from './wiring.js';

/** Options of {@link castModel}. */
export interface CastOptions {
  readonly type: HalfType;
  /** Nodes that stay in FP32, by name: globs or `/regex/`. */
  readonly keep?: readonly string[];
  /** Graph inputs and outputs stay float32, with a Cast at the border. Default true. */
  readonly keepIo?: boolean;
  /**
   * Leaves all types at float32 and rounds instead, value by value, as the cast model would: for a runtime that has no 16-bit
   * arithmetic, as ONNX Runtime's CPU has none. Default false.
   */
  readonly simulate?: boolean;
}

/** What {@link castModel} did. */
export interface CastReport {
  /** Names of the nodes that now compute in 16 bits. */
  readonly cast: readonly string[];
  /** Nodes with float32 inputs or outputs that stay, and why. */
  readonly kept: readonly KeptNode[];
  /** Cast nodes inserted. */
  readonly casts: number;
  /** Bytes of the constants. */
  readonly bytes: { readonly before: number; readonly after: number };
  /** Patterns that name no node. */
  readonly warnings: readonly string[];
}

/** QuantizeLinear and DequantizeLinear take scales of 16 bits from here on. */
const scaleOpset = 19;
/** Convolution and pooling take bfloat16 from here on. */
const bfloat16Opset = 22;

/**
 * Carries FP16 or BF16 out in the model, in place, for engines that take every type from it (TensorRT 11 and TensorRT-RTX):
 * float32 constants become 16 bits, rounded to nearest even, and Casts stand at the border of what stays in FP32: operators whose
 * results or sums do not fit (`fullReasons` in `operators.ts`), nodes whose constants overflow or vanish, decomposed
 * normalizations, bodies of control flow, and what `keep` names. Q/DQ get 16-bit scales where these are normal numbers. A model
 * that was cast before stays as it is.
 *
 * @param model - A cleaned model, with or without Q/DQ.
 * @throws CalibrtError `ERR_MODEL_UNSUPPORTED` where the operator set must be raised (to 19 for Q/DQ, to 22 for bfloat16) and cannot;
 * `ERR_USAGE` for a malformed pattern.
 */
export async function castModel(model: Model, options: CastOptions): Promise<CastReport> {
  const { graph } = model;
  const { type, keepIo = true } = options;
  const patterns = (options.keep ?? []).map((text) => ({ text, matches: nodePattern(text) }));
  const warnings = patterns
    .filter(({ matches }) => !graph.nodes.some(({ name }) => matches(name)))
    .map(({ text }) => `the keep pattern "${text}" matches no node`);
  const keep = (name: string): boolean => patterns.some(({ matches }) => matches(name));
  const before = constantBytes(model);

  await raiseOpset(model, type);
  const types = inferTypes(graph);
  const constants = new HalfConstants(graph, type);
  const decision = await new Decider(graph, types, constants, keep).decide();
  const casts = decision.half.size === 0 ? 0 : write(model, new Wiring(graph, types, decision), constants);
  return { ...describe(decision), casts, bytes: { before, after: constantBytes(model) }, warnings };

  function write(target: Model, wiring: Wiring, values: HalfConstants): number {
    const count = options.simulate === true ? simulate(wiring, values) : lower(wiring, values, keepIo);
    dropUnusedInitializers(target.graph);
    return count;
  }
}

async function raiseOpset(model: Model, type: HalfType): Promise<void> {
  const needed = type === 'bfloat16' ? bfloat16Opset : hasQdq(model) ? scaleOpset : 0;
  await upgradeOpset(model, needed);
}

function describe({ half, kept }: Decision): Pick<CastReport, 'cast' | 'kept'> {
  return {
    cast: [...half].map(({ name }) => name),
    kept: [...kept].map(([{ name }, reason]) => ({ node: name, reason })),
  };
}

function constantBytes({ initializers }: Model): number {
  return [...initializers.values()].reduce((total, tensor) => total + tensor.byteLength, 0);
}
