import type { LintRule } from '../rule.js';

const floats = new Set(['float32', 'float16', 'bfloat16']);

/** With strong typing a scale decides the type of what comes out. */
export const scaleType: LintRule = {
  name: 'scale-type',
  severity: 'error',
  asks: 'A scale is of the type of the values that are quantized.',
  consequence: 'A strongly typed network, TensorRT 11 and RTX, refuses the pair or inserts casts.',

  check: ({ linear, types }) =>
    linear.flatMap(({ node, quantizes, data, scaleType: own }) => {
      const type = quantizes ? types.get(data) : undefined;
      if (type === undefined || own === undefined || !floats.has(type) || type === own) return [];
      return [{ node: node.name, message: `"${data}" is ${type} and its scale ${own}: give both the same type` }];
    }),
};
