import { CalibrtError } from '../../errors.js';
import { openModel, quantizationPoints, type Model, type QuantizationPoint } from '../../model/index.js';
import { parseTable, rangeOfScale, readTable, type CalibrationTable, type TensorRange } from '../../tables/index.js';
import { readRecord } from '../migration/record.js';

/**
 * The scales that a Q/DQ model holds, as a calibration table: one entry per activation that a QuantizeLinear stands at. Of a model that
 * `migrate` made, the table has the lines of that cache, in its order and with its header, so that writing it as a TensorRT cache
 * gives the same bytes where no scale was edited since.
 *
 * @throws CalibrtError `ERR_TABLE_INVALID` where the model has no Q/DQ, or a tensor has several scales or computed ones.
 */
export async function tableOfModel(model: Model): Promise<CalibrationTable> {
  const tensors = new Map<string, TensorRange>();
  for (const point of await quantizationPoints(model.graph)) {
    if (point.isConstant) continue;
    const range = rangeOf(model, point);
    const known = tensors.get(point.tensor);
    if (known !== undefined && (known.scale !== range.scale || known.zeroPoint !== range.zeroPoint)) {
      fail(model, point, `has two scales, ${known.scale} and ${range.scale}`);
    }
    tensors.set(point.tensor, range);
  }
  if (tensors.size === 0) {
    throw new CalibrtError(
      'ERR_TABLE_INVALID',
      `${model.path} has no QuantizeLinear at an activation: only a Q/DQ model holds scales`,
    );
  }
  const table = { method: 'Q/DQ', tensors: Object.fromEntries(tensors) };
  return withRecord(model, table);
}

/** Reads a table's file, or the scales of a Q/DQ model. */
export async function readTableOrModel(path: string): Promise<CalibrationTable> {
  return path.toLowerCase().endsWith('.onnx') ? tableOfModel(await openModel(path)) : readTable(path);
}

/** The lines of the cache that the model was migrated from; where a scale was edited since, the model's own. */
function withRecord(model: Model, table: CalibrationTable): CalibrationTable {
  const record = readRecord(model);
  if (record === undefined) return table;
  const kept = parseTable(record.cache, `the cache in ${model.path}`);
  const own = new Map(Object.entries(table.tensors));
  const lines = Object.entries(kept.tensors).map(([line, range]): [string, TensorRange] => {
    const { tensor = line, scale = range.scale } = record.lines[line] ?? {};
    const current = own.get(tensor);
    own.delete(tensor);
    return [line, current === undefined || current.scale === scale ? range : current];
  });
  return { ...kept, tensors: Object.fromEntries([...lines, ...own]) };
}

const integers: Readonly<Record<string, { readonly least: number; readonly greatest: number; readonly zero: number }>> =
  {
    int8: { least: -128, greatest: 127, zero: 0 },
    uint8: { least: 0, greatest: 255, zero: 128 },
  };

function rangeOf(model: Model, point: QuantizationPoint): TensorRange {
  const { dtype, scales, zeroPoints } = point;
  const type = integers[dtype];
  if (type === undefined) return fail(model, point, `is quantized to ${dtype}: a table holds INT8 and UINT8 ranges`);
  if (scales === undefined || zeroPoints === undefined) return fail(model, point, 'has a scale that is computed');
  const [scale = 0] = scales;
  const [zeroPoint = 0] = zeroPoints;
  if (scales.length !== 1) return fail(model, point, `has ${scales.length} scales, one per channel`);
  if (!Number.isFinite(scale) || scale < 0) return fail(model, point, `has the scale ${scale}`);
  // Signed with 0 and unsigned with the middle are the same symmetric range.
  if (zeroPoint === type.zero) return rangeOfScale(scale);
  const min = (type.least - zeroPoint) * scale;
  const max = (type.greatest - zeroPoint) * scale;
  return { min, max, amax: Math.max(-min, max), scale, zeroPoint: zeroPoint - type.least };
}

function fail(model: Model, { tensor }: QuantizationPoint, what: string): never {
  throw new CalibrtError(
    'ERR_TABLE_INVALID',
    `${model.path}: tensor "${tensor}" ${what}, which no calibration table holds: see calibrt lint`,
  );
}
