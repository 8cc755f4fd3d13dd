import type { NamedTensors, Tensor } from '../../../data/index.js';
import { bfloat16ToNumber, float16ToNumber } from '../../../float16.js';
import { formatNumber } from '../format-number.js';
import { dimsText } from '../banner.js';

/** Lines of `--dumpOutput`: name and dimensions, then the values. */
export function outputLines(outputs: NamedTensors): string[] {
  return Object.entries(outputs).flatMap(([name, tensor]) => [
    `${name}: (${dimsText(tensor.shape)})`,
    Array.from(tensorValues(tensor), formatNumber).join(' '),
  ]);
}

/** The values of a tensor as numbers. */
export function* tensorValues({ dtype, data }: Tensor): Generator<number> {
  for (const value of data) {
    if (dtype === 'float16') yield float16ToNumber(Number(value));
    else if (dtype === 'bfloat16') yield bfloat16ToNumber(Number(value));
    else yield Number(value);
  }
}
