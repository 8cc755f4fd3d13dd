import type { LintRule } from '../rule.js';

/** The types that Q/DQ of TensorRT knows; of weights only, INT4 too. UINT8 and INT32 have rules of their own. */
const known = new Set(['int8', 'float8e4m3fn', 'uint8', 'int32', 'undefined']);
const ofWeights = new Set(['int4', 'float4e2m1']);

/** ONNX has more quantized types than TensorRT. */
export const quantizedType: LintRule = {
  name: 'quantized-type',
  severity: 'error',
  asks: 'Q/DQ is to INT8 or FP8 E4M3; of weights alone to INT4 or FP4 too.',
  consequence: 'The parser refuses the type.',

  check: ({ linear }) =>
    linear
      .filter(({ dtype, constant, quantizes }) => {
        return !known.has(dtype) && !(ofWeights.has(dtype) && (constant !== undefined || !quantizes));
      })
      .map(({ node, dtype }) => ({
        node: node.name,
        message: `${node.opType} is of type ${dtype}: quantize to int8 or float8e4m3fn`,
      })),
};
