import type { LayerPrecision } from './layer.js';

/** The words of TensorRT's formats and datatypes, and of ONNX Runtime's element types; the first that is found holds. */
const words: readonly (readonly [RegExp, LayerPrecision])[] = [
  [/\bu?int8\b/i, 'INT8'],
  [/\bint4\b/i, 'INT4'],
  [/\b(fp4|float4\w*)\b/i, 'FP4'],
  [/\b(fp8|float8\w*)\b/i, 'FP8'],
  [/\b(bf16|bfloat16)\b/i, 'BF16'],
  [/\b(fp16|half|float16)\b/i, 'FP16'],
  [/\b(fp64|double|float64)\b/i, 'FP64'],
  [/\b(fp32|float|float32)\b/i, 'FP32'],
  [/\b(int32|int64|bool|uint32|uint64|int16|uint16)\b/i, 'other'],
];

/** The precision that a text names: `Thirty-two wide channel vectorized row major Int8 format`, `float16`. */
export function precisionIn(text: string): LayerPrecision | undefined {
  return words.find(([word]) => word.test(text))?.[1];
}
