import { CalibrtError } from '../../errors.js';
import type { Layer } from './layer.js';

/** Time of a layer in ms, by the layer's name. */
export interface NamedTime {
  readonly name: string;
  readonly averageMs: number;
  /** Profiles of TensorRT 8.0 to 8.2 have means alone. */
  readonly medianMs?: number | undefined;
}

/**
 * Gives layers their times. A profile and the inspector name the same layers, in the same order; a name that occurs several times is
 * matched in that order. What is in the profile alone becomes a layer of its own, so that no time is lost.
 */
export function joinTimes(layers: readonly Layer[], times: readonly NamedTime[]): Layer[] {
  const waiting = new Map<string, NamedTime[]>();
  for (const time of times) {
    const name = plainName(time.name);
    waiting.set(name, [...(waiting.get(name) ?? []), time]);
  }
  const joined = layers.map((layer): Layer => {
    const time = waiting.get(layer.name)?.shift();
    return { ...layer, medianMs: time === undefined ? null : typical(time) };
  });
  const rest = [...waiting.values()].flat();
  return [
    ...joined,
    ...rest.map((time): Layer => {
      const isReformat = /^Reformatting CopyNode\b/.test(time.name);
      return { name: time.name, operator: '', nodes: [], precision: null, isReformat, medianMs: typical(time) };
    }),
  ];
}

function typical({ medianMs, averageMs }: NamedTime): number {
  return medianMs ?? averageMs;
}

function plainName(name: string): string {
  return name.replace(/ \[profile \d+\]$/, '');
}

/**
 * The layer times in a file that `trtexec --exportProfile` wrote.
 *
 * @throws CalibrtError `ERR_PLAN_INVALID` for what is none.
 */
export function parseProfileExport(text: string): NamedTime[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new CalibrtError(
      'ERR_PLAN_INVALID',
      'the layer profile is no JSON: expected what trtexec --exportProfile writes',
      {
        cause,
      },
    );
  }
  const entries = Array.isArray(parsed) ? (parsed as (Partial<NamedTime> | null)[]) : [];
  // The first entry is the number of iterations.
  const times = entries.filter(
    (entry): entry is NamedTime => typeof entry?.name === 'string' && typeof entry.averageMs === 'number',
  );
  if (times.length === 0) {
    throw new CalibrtError(
      'ERR_PLAN_INVALID',
      'the layer profile has no layers with `name` and `averageMs`: expected what trtexec --exportProfile writes',
    );
  }
  return times;
}
