import type { DynamicRange } from '../../../calibrators/index.js';
import { CalibrtError } from '../../errors.js';
import type { Dial, GraphForm } from '../../model/index.js';
import { asymmetricRange, symmetricScale } from '../../tables/index.js';

/** How the values of a tensor become integers: q = clamp(round(x / scale) + zeroPoint). */
export interface IntegerForm {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** The middle of UINT8: with it as zero point, a symmetric INT8 tensor is the same values as UINT8. */
const UINT8_MIDDLE = 128;

/**
 * A range in the integers of a graph form: INT8 without a zero point for TensorRT, UINT8 for ONNX Runtime's CPU kernels.
 *
 * @throws CalibrtError `ERR_TABLE_MISMATCH` for an asymmetric range in TensorRT's form.
 */
export function integerForm(tensor: string, range: DynamicRange, form: GraphForm): IntegerForm {
  if (isSymmetric(range)) {
    return { scale: symmetricScale(range.max), zeroPoint: form === 'tensorrt' ? 0 : UINT8_MIDDLE };
  }
  if (form === 'tensorrt') {
    throw new CalibrtError(
      'ERR_TABLE_MISMATCH',
      `tensor ${tensor} has the range ${range.min} to ${range.max}; TensorRT takes symmetric ranges only: calibrate with ` +
        'symmetric activations (--activations symmetric), or write the model for ONNX Runtime (--for onnxruntime)',
    );
  }
  const { scale, zeroPoint } = asymmetricRange(range.min, range.max);
  return { scale, zeroPoint };
}

/** Whether a range is symmetric about 0; that of a tensor of zeros is. */
export function isSymmetric({ min, max }: DynamicRange): boolean {
  return min === -max;
}

/** What quantizing to the integers of a form does to values, as the dial of a model with dials. */
export function dialOf(tensor: string, range: DynamicRange, form: GraphForm): Dial {
  const { scale, zeroPoint } = integerForm(tensor, range, form);
  const [low, high] = form === 'tensorrt' ? [-128, 127] : [-zeroPoint, 255 - zeroPoint];
  // A tensor that is zero throughout has no scale; any step leaves it as it is.
  return { step: scale === 0 ? 1 : scale, low, high };
}
