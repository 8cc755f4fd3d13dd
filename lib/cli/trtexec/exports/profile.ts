import type { LayerTime } from '../../../backends/tensorrt/timing-options.js';
import { jsonLines, jsonNumber, jsonObject } from './json.js';

/** The file of `--exportProfile`: the number of iterations, then one object per layer in the order of execution. */
export function profileJson(layers: readonly LayerTime[], iterations: number): string {
  return jsonLines([
    jsonObject([['count', String(iterations)]]),
    ...layers.map((layer) =>
      jsonObject([
        ['name', JSON.stringify(layer.name)],
        ['timeMs', jsonNumber(layer.timeMs)],
        ['averageMs', jsonNumber(layer.averageMs)],
        ['medianMs', jsonNumber(layer.medianMs)],
        ['percentage', jsonNumber(layer.percentage)],
      ]),
    ),
  ]);
}
