import { GraphNode } from '../../node.js';
import type { LintContext, LinearNode } from '../context.js';
import { isConvolution, named, padsZeros } from '../operators.js';
import type { LintRule, Offence } from '../rule.js';

/** Padding fuses with the convolution after it where the quantization comes first. */
export const padBeforeConv: LintRule = {
  name: 'pad-before-conv',
  severity: 'warning',
  asks: 'The Q/DQ of a convolution stands before its padding, not behind.',
  consequence: 'The padding does not fuse with the convolution and copies the tensor.',
  remedy: 'moves the pair in front of the padding with zeros, which quantizing keeps exactly.',

  check: (context) =>
    offenders(context).map(({ pad, quantizer }) => ({
      node: quantizer.node.name,
      message: `Q/DQ stands behind ${named(pad)}: quantize what is padded`,
    })),

  fix(context) {
    const { graph } = context;
    const done: Offence[] = [];
    for (const { pad, quantizer } of offenders(context)) {
      const [restored, ...others] = context.dequantizersOf(quantizer);
      if (!restored || others.length > 0 || graph.isOutput(restored.output)) continue;
      const padded = graph.uniqueName(`${quantizer.data}_padded`);
      const readers = graph.consumers(restored.output);
      const next = [...readers].sort((a, b) => context.position(a) - context.position(b))[0];
      for (const reader of readers)
        reader.setInputs(reader.inputs.map((name) => (name === restored.output ? padded : name)));
      const attributes = Object.fromEntries(pad.attributes);
      const inputs = [restored.output, ...pad.inputs.slice(1)];
      const moved = GraphNode.create({ opType: 'Pad', name: pad.name, inputs, outputs: [padded], attributes });
      quantizer.node.setInput(0, pad.inputs[0] ?? '');
      graph.removeNodes(new Set([pad]));
      graph.insertNodes(new Map([[next, [moved]]]));
      done.push({ node: quantizer.node.name, message: `Q/DQ stands before "${pad.name}", with its scale` });
    }
    return Promise.resolve(done);
  },
};

function offenders(context: LintContext): { quantizer: LinearNode; pad: GraphNode }[] {
  const { graph } = context;
  return context.linear.flatMap((quantizer) => {
    const pad = quantizer.quantizes ? graph.producer(quantizer.data) : undefined;
    if (!pad || !padsZeros(pad)) return [];
    if (graph.isOutput(quantizer.data) || graph.consumers(quantizer.data).length !== 1) return [];
    const readers = context.dequantizersOf(quantizer).flatMap(({ output }) => graph.consumers(output));
    return readers.length > 0 && readers.every(isConvolution) ? [{ quantizer, pad }] : [];
  });
}
