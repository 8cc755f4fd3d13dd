import { CalibrtError } from '../../../errors.js';
import { castModel, hasQdq, openModel } from '../../../model/index.js';
import { castFile, describeCast } from '../../../pipeline/build/cast.js';
import { insertPlaceholderRanges, placeholderName } from '../../../pipeline/build/placeholder-ranges.js';
import { migrate } from '../../../pipeline/migration/migrate.js';
import { quantize } from '../../../pipeline/quantize.js';
import type { Workspace } from '../../../pipeline/workspace.js';
import type { OperationOptions } from '../../../progress.js';
import type { BuildSettings, PrecisionSettings } from '../options/index.js';
import type { CalibrationOptions } from './calibration-options.js';
import { calibrationTable } from './calibration-table.js';

/** What a model is typed by. */
export interface TypingRequest {
  readonly model: string;
  readonly build: Pick<BuildSettings, 'precision' | 'calibrationCache'>;
  readonly calibration: CalibrationOptions;
  readonly workspace: Workspace;
  readonly say: (text: string) => void;
  readonly operation: OperationOptions;
}

/** A model that carries out the precision flags. */
export interface TypedModel {
  readonly path: string;
  /** What the engine must be called, where its ranges are placeholders. */
  readonly networkName?: string;
}

/**
 * For a library that takes every type from the model: a copy of the model that carries out the precision flags, or the model itself
 * where none was given.
 *
 * `typedCopy` of the pipeline does less, and differently where flags meet: it refuses FP16 with BF16, and BF16 with placeholder ranges,
 * where trtexec takes both; it leaves INT8 to a model that was quantized before, where trtexec's `--int8` quantizes; and it returns
 * silently, where each step is a line of trtexec's log. What they share are `castFile` and `insertPlaceholderRanges`.
 *
 * @throws CalibrtError as `migrate`, `quantize`, `calibrate` and `castFile` throw; `ERR_TABLE_INVALID` where `--calib` names no usable
 *   cache and there are no samples to make one from; `ERR_USAGE` where INT8 has no ranges at all and placeholders were not asked for.
 */
export async function typedModel(request: TypingRequest): Promise<TypedModel> {
  const { precision } = request.build;
  const path = request.model;
  const half = halfType(precision, request.say);
  if (precision.int8 && hasQdq(await openModel(path))) {
    request.say('--int8: the model has Q/DQ, whose scales are kept');
  } else if (precision.int8) {
    const output = request.workspace.path('int8.onnx');
    const name = await quantizedModel(request, output, half === 'fp16');
    // Quantizing has cast the rest to FP16 already.
    if (half === 'bf16') await castRest(output, request.say);
    return { path: output, ...name };
  }
  if (half === undefined) return { path };
  const { path: copy, summary } = await castFile(path, half, request.workspace, request.operation);
  request.say(`--${half}: a copy of the model was cast: ${describeCast(summary)}`);
  return { path: copy };
}

function halfType({ fp16, bf16 }: PrecisionSettings, say: (text: string) => void): 'fp16' | 'bf16' | undefined {
  if (fp16 && bf16) say('--bf16: what could be either is cast to FP16');
  return fp16 ? 'fp16' : bf16 ? 'bf16' : undefined;
}

/** A Q/DQ model's float part; it was cleaned before it was quantized. */
async function castRest(path: string, say: (text: string) => void): Promise<void> {
  const model = await openModel(path);
  const { cast, kept } = await castModel(model, { type: 'bfloat16' });
  await model.save(path);
  say(`--bf16: the rest of the copy was cast: ${describeCast({ type: 'bf16', nodes: cast.length, kept })}`);
}

async function quantizedModel(
  request: TypingRequest,
  output: string,
  fp16: boolean,
): Promise<Omit<TypedModel, 'path'>> {
  const { model, build, calibration, say, operation } = request;
  const options = { ...operation, highPrecision: fp16 ? 'fp16' : 'fp32' } as const;
  const rest = fp16 ? ', the rest in FP16' : '';
  const { samples, method } = calibration;
  if (build.calibrationCache === undefined && samples !== undefined) {
    const result = await quantize(model, output, { ...samples, ...method, ...options, holdout: 0 });
    say(`--int8: Q/DQ by ${result.method} on ${result.samples} samples (--data)${rest}`);
    return {};
  }
  const found = await calibrationTable({ ...request, cache: build.calibrationCache });
  if (found === undefined) {
    if (!calibration.placeholderRanges) throw noRanges();
    const count = await insertPlaceholderRanges(model, output, { ...operation, fp16 });
    operation.onWarning?.('PLACEHOLDER INT8 RANGES: the engine is for timing alone, its outputs mean nothing');
    say(`--placeholder-ranges: ${count} tensors have placeholder ranges${rest}: right for timing only`);
    return { networkName: placeholderName };
  }
  if (found.table.origin?.format === 'tensorrt') {
    const { matched, missing } = await migrate(model, output, { ...options, cache: found.path });
    const left = missing.length === 0 ? '' : `; ${missing.length} have none and stay in float`;
    say(`--int8 --calib: ${matched.length} tensors have the scales of ${found.path} as Q/DQ${rest}${left}`);
  } else {
    await quantize(model, output, { ...options, table: found.path });
    say(`--int8 --calib: Q/DQ with the ranges of ${found.path}${rest}`);
  }
  return {};
}

function noRanges(): CalibrtError {
  return new CalibrtError(
    'ERR_USAGE',
    'INT8 needs ranges, and this library takes them from the model, which has no Q/DQ: give --calib=CACHE or --data=PATH, or ' +
      '--placeholder-ranges for an engine that is for timing alone',
  );
}
