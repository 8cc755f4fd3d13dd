import type { NamedTensors } from '../../../data/index.js';
import { dimsText } from '../banner.js';
import { valueTexts } from '../report/outputs.js';
import { jsonLines, jsonNumber, jsonObject } from './json.js';

/** The file of `--exportOutput`: the outputs of the last query of the first stream. */
export function outputJson(outputs: NamedTensors): string {
  return jsonLines(
    Object.entries(outputs).map(([name, tensor]) =>
      jsonObject([
        ['name', JSON.stringify(name)],
        ['dimensions', JSON.stringify(dimsText(tensor.shape))],
        ['values', `[ ${[...valueTexts(tensor, jsonNumber)].join(', ')} ]`],
      ]),
    ),
  );
}
