import type { NamedTensors, Tensor } from '../../../data/index.js';
import { bfloat16ToNumber, float16ToNumber } from '../../../float16.js';
import { dimsText } from '../banner.js';
import { formatNumber } from '../format-number.js';

/** Lines of `--dumpOutput`: name and dimensions, then the values. */
export function outputLines(outputs: NamedTensors): string[] {
  return Object.entries(outputs).flatMap(([name, tensor]) => [
    `${name}: (${dimsText(tensor.shape)})`,
    [...valueTexts(tensor, formatNumber)].join(' '),
  ]);
}

/** The values of a tensor: floats as `real` writes them, integers with all their digits, as C++ streams write them. */
export function* valueTexts({ dtype, data }: Tensor, real: (value: number) => string): Generator<string> {
  for (const value of data) {
    if (dtype === 'float16') yield real(float16ToNumber(Number(value)));
    else if (dtype === 'bfloat16') yield real(bfloat16ToNumber(Number(value)));
    else if (dtype === 'float32' || dtype === 'float64') yield real(Number(value));
    else yield String(value);
  }
}
