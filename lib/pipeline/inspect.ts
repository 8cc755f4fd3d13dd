import { open, stat } from 'node:fs/promises';
import { CalibrtError } from '../errors.js';
import { describeModel, openModel, type ModelDescription } from '../model/index.js';
import { detectTableFormat, readTable, type CalibrationTable } from '../tables/index.js';
import {
  inspectLayers,
  inspectPlan,
  type LayersInspection,
  type PlanInspection,
  type PlanInspectionOptions,
} from './inspect-plan.js';

/** What {@link inspect} found, by the kind of file. */
export type Inspection =
  | ({ readonly kind: 'model'; readonly file: string; readonly sha256: string } & ModelDescription)
  | ({ readonly kind: 'plan'; readonly file: string } & PlanInspection)
  | ({ readonly kind: 'layers'; readonly file: string } & LayersInspection)
  | { readonly kind: 'table'; readonly file: string; readonly table: CalibrationTable };

/**
 * Tells what a file holds, by its content and not by its name: an engine plan, an engine inspector's JSON, a calibration table or
 * cache, an ONNX model.
 *
 * @param options - For a plan or the layers of one.
 * @throws CalibrtError `ERR_MODEL_NOT_FOUND` where there is no such file; the reader's own error where it is broken.
 */
export async function inspect(file: string, options: PlanInspectionOptions = {}): Promise<Inspection> {
  const start = await readStart(file);
  if (start.startsWith('vtrt') || start.startsWith('ftrt')) {
    return { kind: 'plan', file, ...(await inspectPlan(file, options)) };
  }
  if (/^\s*\{\s*"Layers"/.test(start)) return { kind: 'layers', file, ...(await inspectLayers(file, options)) };
  rejectOptions(file, options);
  if (detectTableFormat(start) !== undefined) return { kind: 'table', file, table: await readTable(file) };
  const model = await openModel(file);
  return { kind: 'model', file, sha256: await model.sha256(), ...describeModel(model) };
}

function rejectOptions(file: string, options: PlanInspectionOptions): void {
  const flags = { model: '--model', layers: '--layers', layerTimes: '--layer-times' } as const;
  const given = (Object.keys(flags) as (keyof typeof flags)[]).find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new CalibrtError('ERR_USAGE', `${flags[given]} is for an engine plan or its layers, and ${file} is neither`);
}

/** Enough for the comments that a table may begin with. */
const START_BYTES = 4096;

async function readStart(path: string): Promise<string> {
  let file;
  try {
    // Opening a pipe would wait for its writer.
    file = (await stat(path)).isFile() ? await open(path) : undefined;
  } catch (cause) {
    throw new CalibrtError('ERR_MODEL_NOT_FOUND', `${path} cannot be opened: name a model, plan, table or cache`, {
      cause,
    });
  }
  if (file === undefined) {
    throw new CalibrtError('ERR_MODEL_INVALID', `${path} is no regular file: name a model, plan, table or cache`);
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } catch (cause) {
    throw new CalibrtError('ERR_MODEL_INVALID', `${path} cannot be read: expected a model, plan, table or cache`, {
      cause,
    });
  } finally {
    await file.close();
  }
}
