import { WorkerProcess } from '../../../backends/onnxruntime/index.js';
import { castModel, insertQdq, openModel, placeQdq } from '../../../model/index.js';
import { castFile, describeCast } from '../../../pipeline/build/cast.js';
import { migrate } from '../../../pipeline/migration/migrate.js';
import { placementOptions } from '../../../pipeline/placement-options.js';
import { prepareModel } from '../../../pipeline/prepare.js';
import { quantize } from '../../../pipeline/quantize.js';
import type { Workspace } from '../../../pipeline/workspace.js';
import type { OperationOptions } from '../../../progress.js';
import type { BuildSettings, PrecisionSettings } from '../options/index.js';
import type { CalibrationOptions } from './calibration-options.js';
import { calibrationTable } from './calibration-table.js';
import { hasQdq } from './has-qdq.js';
import { placeholderTable } from './placeholder-table.js';

/** What a model is typed by. */
export interface TypingRequest {
  readonly model: string;
  readonly build: Pick<BuildSettings, 'precision' | 'calibrationCache'>;
  readonly calibration: CalibrationOptions;
  readonly workspace: Workspace;
  readonly say: (text: string) => void;
  readonly operation: OperationOptions;
}

/**
 * For a library that takes every type from the model: a copy of the model that carries out the precision flags, or the model itself
 * where none was given.
 *
 * @throws CalibrtError as `migrate`, `quantize`, `calibrate` and `castFile` throw; `ERR_TABLE_INVALID` where `--calib` names no usable
 *   cache and there are no samples to make one from.
 */
export async function typedModel(request: TypingRequest): Promise<string> {
  const { precision } = request.build;
  let path = request.model;
  const half = halfType(precision, request.say);
  if (precision.int8 && (await hasQdq(path))) {
    request.say('--int8: the model has Q/DQ, whose scales are kept');
  } else if (precision.int8) {
    const output = request.workspace.path('int8.onnx');
    await quantizedModel(request, output, half === 'fp16');
    path = output;
    // Quantizing has cast the rest to FP16 already.
    if (half === 'fp16') return path;
    if (half === 'bf16') await castRest(path, request.say);
    return path;
  }
  if (half === undefined) return path;
  const { path: cast, summary } = await castFile(path, half, request.workspace, request.operation);
  request.say(`--${half}: a copy of the model was cast: ${describeCast(summary)}`);
  return cast;
}

function halfType({ fp16, bf16 }: PrecisionSettings, say: (text: string) => void): 'fp16' | 'bf16' | undefined {
  if (fp16 && bf16) say('--bf16: what could be either is cast to FP16');
  return fp16 ? 'fp16' : bf16 ? 'bf16' : undefined;
}

/** A Q/DQ model's float part; it is not cleaned again, which could fold the DQ of its weights. */
async function castRest(path: string, say: (text: string) => void): Promise<void> {
  const model = await openModel(path);
  const { cast, kept } = await castModel(model, { type: 'bfloat16' });
  await model.save(path);
  say(`--bf16: the rest of the copy was cast: ${describeCast({ type: 'bf16', nodes: cast.length, kept })}`);
}

async function quantizedModel(request: TypingRequest, output: string, fp16: boolean): Promise<void> {
  const { model, build, calibration, say, operation } = request;
  const options = { ...operation, highPrecision: fp16 ? 'fp16' : 'fp32' } as const;
  const rest = fp16 ? ', the rest in FP16' : '';
  const { samples, method } = calibration;
  if (build.calibrationCache === undefined && samples !== undefined) {
    const result = await quantize(model, output, { ...samples, ...method, ...options, holdout: 0 });
    say(`--int8: Q/DQ by ${result.method} on ${result.samples} samples (--data)${rest}`);
    return;
  }
  const found = await calibrationTable({ ...request, cache: build.calibrationCache });
  if (found === undefined) {
    const count = await insertPlaceholders(request, output, fp16);
    say(`--int8 without --calib and --data: ${count} tensors have placeholder ranges${rest}: right for timing only`);
  } else if (found.table.origin?.format === 'tensorrt') {
    const { matched, missing } = await migrate(model, output, { ...options, cache: found.path });
    const left = missing.length === 0 ? '' : `; ${missing.length} have none and stay in float`;
    say(`--int8 --calib: ${matched.length} tensors have the scales of ${found.path} as Q/DQ${rest}${left}`);
  } else {
    await quantize(model, output, { ...options, table: found.path });
    say(`--int8 --calib: Q/DQ with the ranges of ${found.path}${rest}`);
  }
}

async function insertPlaceholders({ model, operation }: TypingRequest, output: string, fp16: boolean): Promise<number> {
  await using worker = new WorkerProcess();
  const { model: prepared } = await prepareModel(model, worker, operation);
  const placement = placeQdq(prepared, placementOptions({ form: 'tensorrt' }));
  const { tensors } = placeholderTable(prepared, placement);
  const scales = new Map(Object.entries(tensors).map(([name, { scale }]) => [name, { scale }]));
  await insertQdq(prepared, placement, scales, { weightStorage: 'int8' });
  if (fp16) await castModel(prepared, { type: 'float16' });
  await prepared.save(output);
  return scales.size;
}
