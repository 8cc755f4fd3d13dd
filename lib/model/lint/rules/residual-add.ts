import { constantOf } from '../../constants.js';
import type { GraphNode } from '../../node.js';
import type { LintContext, LinearNode } from '../context.js';
import { unquantize } from '../fixes.js';
import { isConvolution, named } from '../operators.js';
import type { LintRule, Offence } from '../rule.js';

/** An addition fuses into the convolution before it when the shortcut alone is quantized. */
export const residualAdd: LintRule = {
  name: 'residual-add',
  severity: 'warning',
  asks: "Of an addition after a convolution the shortcut is quantized and the convolution's branch is not.",
  consequence: 'The addition is a kernel of its own, or the convolution falls back to float output.',
  remedy:
    "removes the Q/DQ of the convolution's branch where both have one; where the shortcut has none, takes that of another reader of the same " +
    'tensor, if there is one.',

  check: (context) => offenders(context).map(({ add, message }) => ({ node: add.name, message })),

  fix(context) {
    const done: Offence[] = [];
    for (const { add, bare, shortcut } of offenders(context)) {
      const own = context.quantizerBehind(add.inputs[bare]);
      const other = add.inputs[shortcut] ?? '';
      const known = context.quantizerBehind(other) ?? context.quantizersOf(other)[0];
      const restored = known && context.dequantizersOf(known)[0];
      // Without a scale for the shortcut nothing is gained by taking the other away.
      if (restored === undefined || context.position(restored.node) > context.position(add)) continue;
      if (own !== undefined) unquantize(context, own, (reader) => reader === add);
      if (context.quantizerBehind(other) === undefined) add.setInput(shortcut, restored.output);
      done.push({
        node: add.name,
        message: `${named(add)} reads the shortcut quantized and the convolution's branch bare`,
      });
    }
    return Promise.resolve(done);
  },
};

interface Offender {
  readonly add: GraphNode;
  /** Inputs: that of the convolution, and the other. */
  readonly bare: number;
  readonly shortcut: number;
  readonly message: string;
}

function offenders(context: LintContext): Offender[] {
  return context.graph.nodes.flatMap((add) => {
    if (!add.is('Add') || add.inputs.some((input) => constantOf(context.graph, input)) || !sameRank(context, add))
      return [];
    const behind = add.inputs.map((input) => context.quantizerBehind(input));
    const bare = bareBranch(context, add, behind);
    if (bare === undefined) return [];
    const [own, other] = [behind[bare], behind[1 - bare]];
    if (own === undefined && other !== undefined) return [];
    // The branches may have changed places: two convolutions, of which the other is bare.
    if (own !== undefined && other === undefined && isBare(context, add.inputs[1 - bare] ?? '')) return [];
    const what =
      own === undefined
        ? 'neither of its inputs is quantized'
        : other === undefined
          ? "only the convolution's branch is quantized"
          : 'both its inputs are quantized';
    const message = `${named(add)} adds a shortcut to a convolution, and ${what}: quantize the shortcut alone`;
    return [{ add, bare, shortcut: 1 - bare, message }];
  });
}

/** The input that comes straight from an INT8 convolution which nothing else reads; of two, that without Q/DQ, else the later. */
function bareBranch(
  context: LintContext,
  add: GraphNode,
  behind: readonly (LinearNode | undefined)[],
): number | undefined {
  const source = (index: number): string => behind[index]?.data ?? add.inputs[index] ?? '';
  const candidates = [0, 1].filter((index) => isBare(context, source(index)));
  const order = (index: number): number => {
    const producer = context.graph.producer(source(index));
    return (behind[index] === undefined ? 1e9 : 0) + (producer ? context.position(producer) : 0);
  };
  return candidates.sort((x, y) => order(y) - order(x))[0];
}

function isBare(context: LintContext, tensor: string): boolean {
  const { graph } = context;
  const producer = graph.producer(tensor);
  if (!isConvolution(producer) || graph.isOutput(tensor) || graph.consumers(tensor).length !== 1) return false;
  return [0, 1].every((input) => context.dequantizedThrough(producer!.inputs[input]) !== undefined);
}

// An addition that broadcasts is no shortcut.
function sameRank({ ranks }: LintContext, add: GraphNode): boolean {
  const [a, b] = add.inputs.map((input) => ranks.get(input));
  return a === undefined || b === undefined || a === b;
}
