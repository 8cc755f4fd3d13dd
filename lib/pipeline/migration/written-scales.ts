import { quantizationPoints, type Model } from '../../model/index.js';
import type { LineMatch } from './match-names.js';
import type { RecordedLine } from './record.js';

/** A line whose scale is not the one in the model. */
export interface ChangedScale {
  readonly tensor: string;
  /** The cache's. */
  readonly scale: number;
  /** The model's. */
  readonly written: number;
  readonly reason: string;
}

/** What a model made of the lines that its scales are from. */
export interface WrittenScales {
  readonly changed: readonly ChangedScale[];
  /** For the model's record, by line. */
  readonly lines: Readonly<Record<string, RecordedLine>>;
}

/**
 * Reads the scales back out of a migrated model. They are those of the cache, bit for bit, but for three kinds, each of which is told
 * with its reason: of a concatenation all have the widest scale, a scale of 0 is raised to the least that is written, and where a graph is
 * cast to FP16 its scales are too.
 *
 * @param floored - Tensors whose scale was raised.
 * @param grouped - Tensors that share the scale of others.
 */
export async function writtenScales(
  model: Model,
  matches: readonly LineMatch[],
  floored: readonly string[],
  grouped: readonly string[],
): Promise<WrittenScales> {
  const { graph } = model;
  const points = (await quantizationPoints(graph)).filter(({ isConstant }) => !isConstant);
  // A graph input that is cast to FP16 is quantized under another name.
  const source = (tensor: string): string => {
    const producer = graph.producer(tensor);
    return producer?.is('Cast') ? (producer.inputs[0] ?? tensor) : tensor;
  };
  const found = new Map(
    points.flatMap((point) => [[source(point.tensor), point] as const, [point.tensor, point] as const]),
  );
  const changed: ChangedScale[] = [];
  const lines: [string, RecordedLine][] = [];
  for (const { line, tensor, scale } of matches) {
    const point = found.get(tensor);
    const written = point?.scales?.[0] ?? scale;
    const entry = {
      ...(point === undefined || point.tensor === line ? {} : { tensor: point.tensor }),
      ...(written === scale ? {} : { scale: written }),
    };
    if (Object.keys(entry).length > 0) lines.push([line, entry]);
    if (written !== scale) changed.push({ tensor, scale, written, reason: reason(tensor) });
  }
  return { changed, lines: Object.fromEntries(lines) };

  function reason(tensor: string): string {
    if (floored.includes(tensor)) return 'it was zero throughout, and 0 is no scale: it has the least that is written';
    if (grouped.includes(tensor)) return 'what a concatenation joins has one scale, the widest';
    return 'it is rounded to FP16 with the rest of the graph';
  }
}
