import { access } from 'node:fs/promises';
import { EntropyCalibrator2 } from '../../../backends/tensorrt/calibrators.js';
import { CalibrtError } from '../../../errors.js';
import { hasQdq, openModel } from '../../../model/index.js';
import { calibrate } from '../../../pipeline/calibration/calibrate.js';
import type { Workspace } from '../../../pipeline/workspace.js';
import type { OperationOptions } from '../../../progress.js';
import { readTable, type CalibrationTable } from '../../../tables/index.js';
import type { TrtexecBuildOptions } from '../backend.js';
import type { BuildSettings } from '../options/index.js';
import type { CalibrationOptions } from './calibration-options.js';

/** What scales come from. */
export interface CalibrationRequest {
  readonly model: string;
  /** `--calib`. */
  readonly cache: string | undefined;
  readonly calibration: CalibrationOptions;
  readonly workspace: Workspace;
  readonly say: (text: string) => void;
  readonly operation: OperationOptions;
}

/** Scales by tensor, with the file that they are in. */
export interface TableFile {
  readonly path: string;
  readonly table: CalibrationTable;
}

/**
 * The scales of `--calib`, or those that a calibration on `--data` gives, which `--calib` then keeps; undefined where neither was given.
 *
 * @throws CalibrtError `ERR_TABLE_INVALID` where `--calib` names no usable cache and there are no samples; what `calibrate` throws.
 */
export async function calibrationTable(request: CalibrationRequest): Promise<TableFile | undefined> {
  const { model, cache, calibration, workspace, say, operation } = request;
  const { samples, method } = calibration;
  if (cache !== undefined && (samples === undefined || (await isThere(cache)))) {
    if (!(await isThere(cache))) throw noCache(cache);
    return { path: cache, table: await readTable(cache) };
  }
  if (samples === undefined) return undefined;
  const path = cache ?? workspace.path('calibration.cache');
  const made = await calibrate(model, path, { ...samples, ...method, ...operation, format: 'tensorrt' });
  const kept = cache === undefined ? '' : `, wrote ${cache}`;
  say(
    `${cache === undefined ? '--int8' : '--calib'}: calibrated by ${made.method} on ${made.samples} samples (--data)${kept}`,
  );
  return { path, table: await readTable(path) };
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function noCache(path: string): CalibrtError {
  return new CalibrtError(
    'ERR_TABLE_INVALID',
    `--calib=${path} does not exist, and trtexec would calibrate on random data: give a cache, or samples with --data=PATH`,
  );
}

/** The build options that tell of scales. */
export type ImplicitScales = Pick<TrtexecBuildOptions, 'calibrator' | 'placeholderRanges' | 'calibrationShapes'>;

/** Where the scales of an implicit INT8 build on TensorRT 10 come from, as build options. */
export async function implicitScales(request: CalibrationRequest, build: BuildSettings): Promise<ImplicitScales> {
  if (hasQdq(await openModel(request.model))) return {};
  const found = await calibrationTable(request);
  if (found === undefined) return { placeholderRanges: true };
  const { origin } = found.table;
  // A cache goes in as it is, but for its header, which must be the library's own.
  const options = origin?.format === 'tensorrt' ? { cache: found.path, anyAlgorithm: true } : { table: found.table };
  const shapes = calibrationShapes(build);
  return {
    calibrator: new EntropyCalibrator2(undefined, options),
    ...(shapes.length === 0 ? {} : { calibrationShapes: Object.fromEntries(shapes) }),
  };
}

function calibrationShapes(build: BuildSettings): (readonly [string, readonly number[]])[] {
  if (build.calibrationShapes.size > 0) return [...build.calibrationShapes];
  // The first profile's are the default.
  const profile = build.calibrationProfile === 0 ? undefined : build.profiles[build.calibrationProfile];
  return [...(profile ?? [])].map(([name, { opt }]) => [name, opt]);
}
