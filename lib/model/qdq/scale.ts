/**
 * The least scale that is written: 2^-40. A tensor or channel that was zero throughout has no scale of its own, and TensorRT takes
 * neither zero nor subnormal ones; the product of two such scales is still a normal float32.
 */
export const scaleFloor = 2 ** -40;

/** The range of a quantized integer type. */
export const integerRange = {
  int8: { min: -128, max: 127 },
  uint8: { min: 0, max: 255 },
} as const;

/** An integer type that activations are quantized to. */
export type QuantizedType = keyof typeof integerRange;
