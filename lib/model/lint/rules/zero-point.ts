import type { LintContext, LinearNode } from '../context.js';
import { clipInstead, foldConstant } from '../fixes.js';
import type { LintRule, Offence } from '../rule.js';

/** The middle of UINT8: with it as zero point a tensor is symmetric, and only its type is wrong. */
const middle = 128;

/** TensorRT knows symmetric quantization alone. */
export const zeroPoint: LintRule = {
  name: 'zero-point',
  severity: 'error',
  asks: 'Every zero point is 0.',
  consequence: 'The parser refuses the node: GPUs compute symmetric INT8 alone.',
  remedy:
    'takes the rounding of such activations out and leaves a Clip to the range that they had, as the scale fits no symmetric INT8; such weights ' +
    'become float. For INT8 there, calibrate symmetric ranges.',

  check: (context) =>
    offenders(context).map(({ node, zeroPoints }) => ({
      node: node.name,
      message: `${node.opType} has the zero point ${distinct(zeroPoints)}: quantize symmetrically, to INT8 with zero point 0`,
    })),

  async fix(context) {
    const done: Offence[] = [];
    for (const entry of offenders(context)) {
      if (entry.quantizes) {
        const range = clipInstead(context, entry);
        if (!range) continue;
        const clip = range.map((bound) => Number(bound.toPrecision(6))).join(' to ');
        done.push({ node: entry.node.name, message: `"${entry.data}" stays in float, clipped to ${clip}` });
      } else if (await foldConstant(context.graph, entry)) {
        done.push({ node: entry.node.name, message: `the weights "${entry.output}" are float constants` });
      }
    }
    return done;
  },
};

// A DequantizeLinear behind a Q with one says the same again.
function offenders(context: LintContext): LinearNode[] {
  return context.linear.filter((entry) => {
    if (!isShifted(entry)) return false;
    const before = entry.quantizes ? undefined : context.maker(entry.data);
    return !(before?.quantizes && isShifted(before));
  });
}

// INT32 biases have a rule of their own, and so has UINT8 around its middle.
function isShifted({ dtype, zeroPoints }: LinearNode): boolean {
  if (zeroPoints === undefined || zeroPoints.every((value) => value === 0) || dtype === 'int32') return false;
  return dtype !== 'uint8' || zeroPoints.some((value) => value !== middle);
}

function distinct(values: readonly number[] = []): string {
  const all = [...new Set(values)];
  return all.length > 3 ? `${all.slice(0, 3).join(', ')}, …` : all.join(', ');
}
