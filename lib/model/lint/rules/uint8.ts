import { addConstant } from '../../constants.js';
import type { LintContext, LinearNode } from '../context.js';
import { clipInstead, foldConstant } from '../fixes.js';
import type { LintRule, Offence } from '../rule.js';

const middle = 128;

/** GPUs compute INT8; UINT8 is ONNX's default where no zero point is given. */
export const uint8: LintRule = {
  name: 'uint8',
  severity: 'error',
  asks: 'Q/DQ is to INT8, not UINT8.',
  consequence:
    'The parser refuses the weights and any zero point but 0; what is left it reads as INT8, which ends at 127.',
  remedy:
    'turns UINT8 with zero point 128 into INT8 with 0, the same values with the same scale; other activations lose their rounding and keep ' +
    'their clipping, other weights become float.',

  check: (context) =>
    offenders(context).map(({ node, zeroPoints }) => ({
      node: node.name,
      message: `${node.opType} is of type uint8${isMiddle(zeroPoints) ? ', though symmetric' : ''}: quantize to int8`,
    })),

  async fix(context) {
    const done: Offence[] = [];
    const turnable = turnablePairs(context);
    for (const entry of offenders(context)) {
      const { node, data, output, quantizes } = entry;
      if (turnable.has(entry)) {
        await turn(context, entry);
        for (const reader of quantizes ? context.dequantizersOf(entry) : []) await turn(context, reader);
        done.push({ node: node.name, message: `"${data}" is INT8 with zero point 0 and the same scale` });
      } else if (quantizes && clipInstead(context, entry)) {
        done.push({ node: node.name, message: `"${data}" stays in float, clipped to the range that it had` });
      } else if (!quantizes && (await foldConstant(context.graph, entry))) {
        done.push({ node: node.name, message: `the weights "${output}" are float constants` });
      }
    }
    return done;
  },
};

function offenders({ linear }: LintContext): LinearNode[] {
  return linear.filter(({ dtype, quantizes, constant }) => dtype === 'uint8' && (quantizes || constant !== undefined));
}

function isMiddle(zeroPoints: readonly number[] | undefined): boolean {
  return zeroPoints?.every((value) => value === middle) === true;
}

/** Those that nothing sees the integers of but DequantizeLinear with the same zero point. */
function turnablePairs(context: LintContext): Set<LinearNode> {
  const { graph } = context;
  const isAlone = (entry: LinearNode): boolean => {
    const readers = context.dequantizersOf(entry);
    const all = graph.consumers(entry.output).length === readers.length && !graph.isOutput(entry.output);
    return all && readers.every(({ dtype, zeroPoints }) => dtype === 'uint8' && isMiddle(zeroPoints));
  };
  return new Set(
    offenders(context).filter((entry) => isMiddle(entry.zeroPoints) && (!entry.quantizes || isAlone(entry))),
  );
}

async function turn({ graph }: LintContext, { node, constant, quantizes, zeroPoints = [] }: LinearNode): Promise<void> {
  const shape = zeroPoints.length > 1 ? [zeroPoints.length] : [];
  const zero = { dtype: 'int8', shape, data: new Int8Array(zeroPoints.length) } as const;
  node.setInput(2, addConstant(graph, `${node.inputs[2] ?? node.name}_int8`, zero));
  if (constant === undefined || quantizes) return;
  const values = (await constant.read()).data as Uint8Array;
  const data = Int8Array.from(values, (value) => value - middle);
  node.setInput(0, addConstant(graph, `${constant.name}_int8`, { dtype: 'int8', shape: constant.dims, data }));
}
