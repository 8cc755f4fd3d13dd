import type { LintRule } from '../rule.js';

/** TensorRT knows scales when it builds. */
export const computedScale: LintRule = {
  name: 'computed-scale',
  severity: 'error',
  asks: 'Scales and zero points are constants.',
  consequence: 'The parser refuses the node: scales must be known when the engine is built.',

  check: ({ linear }) =>
    linear
      .filter(({ scales, zeroPoints }) => scales === undefined || zeroPoints === undefined)
      .map(({ node, scales }) => ({
        node: node.name,
        message: `${node.opType} has a ${scales === undefined ? 'scale' : 'zero point'} that is computed while the model runs: fold it, or calibrate`,
      })),
};
