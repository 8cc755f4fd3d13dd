import { GraphNode } from '../../node.js';
import type { LintContext } from '../context.js';
import type { LintRule, Offence } from '../rule.js';

/** What ONNX's own Q/DQ takes of ONNX Runtime's. */
const shared = new Set(['int8', 'uint8', 'float8e4m3fn']);

/** ONNX Runtime has operators of the same names in a domain of its own. */
export const domain: LintRule = {
  name: 'domain',
  severity: 'error',
  asks: 'QuantizeLinear and DequantizeLinear are of the ONNX domain.',
  consequence: 'The parser looks for a plugin of that name and finds none.',
  remedy: 'moves those of 8 bits to the ONNX domain, where they mean the same.',

  check: (context) =>
    offenders(context).map((node) => ({
      node: node.name,
      message: `${node.opType} is of domain ${node.domain}: use ONNX's own`,
    })),

  fix(context) {
    const done: Offence[] = [];
    const { graph } = context;
    const types = new Map(context.linear.map(({ node, dtype }) => [node, dtype]));
    for (const node of offenders(context)) {
      if (!shared.has(types.get(node) ?? '')) continue;
      const { name, opType, inputs, outputs } = node;
      const axis = node.int('axis');
      const attributes = axis === undefined ? {} : { axis: { type: 'int', value: BigInt(axis) } as const };
      const moved = GraphNode.create({ opType, name, inputs, outputs, attributes });
      graph.insertNodes(new Map([[node, [moved]]]));
      graph.removeNodes(new Set([node]));
      // Removing its namesake unregisters what it makes.
      moved.setOutputs(outputs);
      done.push({ node: name, message: `${opType} is of the ONNX domain` });
    }
    return Promise.resolve(done);
  },
};

function offenders({ linear }: LintContext): GraphNode[] {
  return linear.map(({ node }) => node).filter((node) => node.domain !== '');
}
