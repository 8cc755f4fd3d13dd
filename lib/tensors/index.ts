/**
 * Quantization of plain arrays, in native code: what a model's QuantizeLinear and DequantizeLinear compute, simulated widths, and how far a
 * quantized tensor is from its original.
 */
export { dequantize, quantize, type LinearOptions, type QuantizedData } from './linear.js';
export { fakeQuantize, type FakeQuantizeOptions } from './fake-quantize.js';
export { quantizationError, type QuantizationError } from './error.js';
export { powerOfTwoScales, symmetricScales, type ScaleOptions } from './scales.js';
export type { ChannelAxis } from './channels.js';
