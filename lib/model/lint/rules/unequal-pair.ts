import type { LinearNode } from '../context.js';
import type { LintRule } from '../rule.js';

/** What is quantized is restored with the same numbers. */
export const unequalPair: LintRule = {
  name: 'unequal-pair',
  severity: 'warning',
  asks: 'A DequantizeLinear has the scale, the zero point and the axis of the QuantizeLinear that it reads.',
  consequence: 'Everything behind it is scaled or shifted by a factor, and the pair does not fuse.',

  check: (context) =>
    context.linear.flatMap((entry) => {
      const before = entry.quantizes ? undefined : context.maker(entry.data);
      if (before?.quantizes !== true) return [];
      const parts = (
        [
          ['scale', before.scales, entry.scales],
          ['zero point', before.zeroPoints, entry.zeroPoints],
          // One scale in all lies along no axis.
          ['axis', ...(perChannel(before) ? ([[before.axis], [entry.axis]] as const) : ([[], []] as const))],
        ] as const
      ).filter(([, written, read]) => written !== undefined && read !== undefined && String(written) !== String(read));
      const [first] = parts;
      if (first === undefined) return [];
      const [what, written, read] = first;
      const message = `it restores "${before.data}" with the ${what} ${read?.[0]}; it was quantized with ${written?.[0]}`;
      return [{ node: entry.node.name, message }];
    }),
};

function perChannel({ scales }: LinearNode): boolean {
  return (scales?.length ?? 1) > 1;
}
