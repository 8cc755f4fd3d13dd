import type { LintRule } from '../rule.js';

/** TensorRT knows scales when it builds. */
export const computedScale: LintRule = {
  name: 'computed-scale',
  severity: 'error',
  asks: 'Scales and zero points are constants.',
  consequence: 'TensorRT documents them as known when the engine is built: a parser may refuse the node.',

  check: ({ linear }) =>
    linear
      .filter(({ scales, zeroPoints }) => scales === undefined || zeroPoints === undefined)
      .map(({ node, scales }) => ({
        node: node.name,
        message: `${node.opType} has a ${scales === undefined ? 'scale' : 'zero point'} that is computed while the model runs: fold it, or calibrate`,
      })),
};
