import type { LintRule } from '../rule.js';

/** The least normal number of each type of scale. */
const leastNormal: Readonly<Record<string, number>> = { float16: 2 ** -14, float32: 2 ** -126, bfloat16: 2 ** -126 };

/** A scale that is no positive normal number makes values infinite, or nothing. */
export const scale: LintRule = {
  name: 'scale',
  severity: 'error',
  asks: 'Every scale is finite, above 0, and a normal number of its own type.',
  consequence: 'The parser refuses it, or the layer computes NaN, infinities or zeros.',

  check: ({ linear }) =>
    linear.flatMap(({ node, scales, scaleType = 'float32' }) => {
      if (scales?.length === 0) return [{ node: node.name, message: `${node.opType} has no scale: calibrate again` }];
      const bad = (scales ?? []).filter((value) => !(Number.isFinite(value) && value >= (leastNormal[scaleType] ?? 0)));
      if (bad.length === 0) return [];
      const which =
        scales!.length === 1 ? `the scale ${bad[0]}` : `${bad.length} of ${scales!.length} scales like ${bad[0]}`;
      const why =
        bad[0] === 0 || Math.abs(bad[0]!) < 1 ? 'a tensor that was zero throughout needs a floor' : 'calibrate again';
      return [{ node: node.name, message: `${node.opType} has ${which}: ${why}` }];
    }),
};
