import { basename } from 'node:path';
import { WorkerProcess } from '../../backends/onnxruntime/index.js';
import { CalibrtError } from '../../errors.js';
import { castModel, cleanModel, openModel, type HalfType, type KeptNode, type Model } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import type { Workspace } from '../workspace.js';

/** What ran in which type, in a model that was cast. */
export interface CastSummary {
  readonly type: 'fp16' | 'bf16';
  /** Nodes that compute in that type. */
  readonly nodes: number;
  /** Nodes that stay in FP32, and why. */
  readonly kept: readonly KeptNode[];
}

const halfTypes: Readonly<Record<CastSummary['type'], HalfType>> = { fp16: 'float16', bf16: 'bfloat16' };

/**
 * Casts a model in place. Returns with what was done a copy to verify with: in float32, with everything rounded as the cast
 * model rounds it, since ONNX Runtime's CPU runs 16 bits in float32 and shows neither their error nor an overflow.
 */
export async function castWithCopy(
  model: Model,
  type: CastSummary['type'],
): Promise<{ readonly summary: CastSummary; readonly rounded: Model }> {
  const rounded = model.clone();
  await castModel(rounded, { type: halfTypes[type], simulate: true });
  const { cast, kept } = await castModel(model, { type: halfTypes[type] });
  return { summary: { type, nodes: cast.length, kept }, rounded };
}

/**
 * A cast copy of a model file, in `workspace`, for a builder that takes all types from the model. Its graph is cleaned first, so
 * that constants show; inputs and outputs stay as they are.
 *
 * @throws CalibrtError `ERR_MODEL_NOT_FOUND`, `ERR_MODEL_INVALID`, `ERR_MODEL_UNSUPPORTED`.
 */
export async function castFile(
  path: string,
  type: CastSummary['type'],
  workspace: Workspace,
  options: OperationOptions = {},
): Promise<{ readonly path: string; readonly summary: CastSummary }> {
  const { signal, onWarning } = options;
  const model = await openModel(path, signal === undefined ? {} : { signal });
  await using worker = new WorkerProcess();
  const { warnings } = await cleanModel(model, {
    evaluate: (bytes, feeds) => worker.run({ kind: 'evaluate', model: bytes, feeds }, { ...(signal && { signal }) }),
    ...(signal && { signal }),
  });
  for (const warning of warnings) onWarning?.(warning);
  const { cast, kept } = await castModel(model, { type: halfTypes[type] });
  const copy = workspace.path(basename(path));
  await model.save(copy, { temporary: true });
  return { path: copy, summary: { type, nodes: cast.length, kept } };
}

/** The error of a build from a copy, told of the file that the user knows. */
export function ofOriginal(error: unknown, copy: string, original: string): unknown {
  if (copy === original || !(error instanceof CalibrtError) || !error.message.includes(copy)) return error;
  const { code, message, details } = error;
  return new CalibrtError(code, message.replaceAll(copy, `${original} (cast)`), { cause: error, details });
}

/** One line on what was cast. */
export function describeCast({ type, nodes, kept }: CastSummary): string {
  const stay = kept.length === 0 ? 'none stays in FP32' : `${kept.length} stay in FP32`;
  return `${nodes} nodes in ${type.toUpperCase()}, ${stay}`;
}
