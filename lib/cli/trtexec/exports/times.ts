import { queryTimes } from '../../../bench/query-times.js';
import type { InferenceTrace } from '../../../bench/trace.js';
import { jsonLines, jsonNumber, jsonObject } from './json.js';

/** The file of `--exportTimes`: one object per query that counts, all in ms. */
export function timesJson(trace: InferenceTrace): string {
  const times = queryTimes(trace);
  const columns: readonly (readonly [string, Float32Array])[] = [
    ['startEnqMs', trace.enqueueStart],
    ['endEnqMs', trace.enqueueEnd],
    ['startH2dMs', trace.h2dStart],
    ['endH2dMs', trace.h2dEnd],
    ['startComputeMs', trace.computeStart],
    ['endComputeMs', trace.computeEnd],
    ['startD2hMs', trace.d2hStart],
    ['endD2hMs', trace.d2hEnd],
    ['h2dMs', times.h2d],
    ['computeMs', times.compute],
    ['d2hMs', times.d2h],
    ['latencyMs', times.latency],
  ];
  const query = (index: number): string =>
    jsonObject(columns.map(([name, values]) => [name, jsonNumber(values[index]!)] as const));
  return jsonLines(Array.from(times.latency, (_, index) => query(index)));
}
