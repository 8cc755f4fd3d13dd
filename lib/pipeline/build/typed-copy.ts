import type { BuildOptions } from '../../backends/tensorrt/index.js';
import type { TensorRtLibrary } from '../../backends/tensorrt/library.js';
import { CalibrtError } from '../../errors.js';
import { hasQdq, openModel } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import type { Workspace } from '../workspace.js';
import type { BuildPlanOptions } from './build.js';
import { castFile, type CastSummary } from './cast.js';
import { insertPlaceholderRanges, placeholderName } from './placeholder-ranges.js';

/** A model as the library is to get it. */
export interface TypedModel {
  /** The model itself, or a copy in the workspace. */
  readonly path: string;
  /** How the library is then asked. */
  readonly options: BuildOptions & OperationOptions;
  /** What ran in which type, where the model was cast. */
  readonly cast?: CastSummary;
}

/**
 * Carries out in a copy of the model what a library that takes every type from the model is asked for: FP16, BF16, placeholder
 * ranges. For TensorRT 10 these are options of the builder.
 *
 * @throws CalibrtError `ERR_USAGE` for types that exclude each other; as `castFile` and `insertPlaceholderRanges` throw.
 */
export async function typedCopy(
  model: string,
  library: TensorRtLibrary,
  options: BuildPlanOptions,
  workspace: Workspace,
): Promise<TypedModel> {
  const { fp16 = false, bf16 = false, placeholderRanges = false } = options;
  if (!library.bridge.stronglyTyped) return { path: model, options };
  if (fp16 && bf16) throw new CalibrtError('ERR_USAGE', 'fp16 and bf16 were both asked for: choose one');
  const builder = { ...options, fp16: false, bf16: false, placeholderRanges: false };
  if (placeholderRanges && !hasQdq(await openModel(model))) {
    if (bf16) throw new CalibrtError('ERR_USAGE', 'placeholder ranges go with fp16, not with bf16');
    const path = workspace.path('placeholder.onnx');
    const count = await insertPlaceholderRanges(model, path, options);
    options.onWarning?.(
      `${count} tensors have placeholder ranges: the engine is for timing alone, its outputs mean nothing`,
    );
    return { path, options: { ...builder, int8: false, networkName: placeholderName } };
  }
  const type = fp16 ? 'fp16' : bf16 ? 'bf16' : undefined;
  if (type === undefined) return { path: model, options: builder };
  const { path, summary } = await castFile(model, type, workspace, options);
  return { path, options: builder, cast: summary };
}
