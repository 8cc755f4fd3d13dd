import { elementTypeCode } from '../element-type.js';
import { Initializer } from '../initializer.js';
import type { HalfConstants } from './constants.js';
import { fromHalf } from './half.js';
import { halfRules } from './operators.js';
import { CastNodes, type Wiring } from './wiring.js';

const FLOAT = elementTypeCode('float32');

/**
 * Rounds, in a graph that stays float32, what would be in 16 bits: constants, and, by a pair of Casts, what the decided nodes
 * read and make. ONNX Runtime's CPU runs a 16-bit graph in float32 and rounds nothing between two nodes, so that it shows neither
 * their error nor an overflow; Casts that are written out it obeys. What a
 * recurrent layer hands from step to step stays unrounded. Returns the number of Casts.
 */
export function simulate(wiring: Wiring, constants: HalfConstants): number {
  const { graph } = wiring;
  const { type } = constants;
  const code = elementTypeCode(type);
  const casts = new CastNodes(graph);
  const rounded = new Map<string, string>();

  for (const node of wiring.decision.half) {
    const exact = halfRules.get(node.opType)?.moves === true;
    const outputs = node.outputs.map((name) => {
      if (exact || !wiring.isFloat(name)) return name;
      const own = graph.uniqueName(`${name}_exact`);
      const half = graph.uniqueName(`${name}_${type}`);
      casts.add(node, own, half, code);
      casts.add(node, half, name, FLOAT);
      return own;
    });
    node.setOutputs(outputs);
  }
  const round = (name: string): string => {
    const known = rounded.get(name);
    if (known !== undefined || wiring.made.has(name)) return known ?? name;
    const own = graph.uniqueName(`${name}_rounded`);
    const bits = constants.converted(name);
    const tensor = constants.of(name);
    if (tensor && bits) graph.setInitializer(Initializer.create(own, fromHalf(bits, type, tensor.dims)));
    else {
      const half = graph.uniqueName(`${name}_${type}`);
      casts.add(graph.producer(name), name, half, code);
      casts.add(graph.producer(name), half, own, FLOAT);
    }
    rounded.set(name, own);
    return own;
  };
  for (const node of wiring.decision.half) {
    node.setInputs(
      node.inputs.map((name, index) =>
        wiring.isFloat(name) && wiring.wantedBy(node, index) === 'half' ? round(name) : name,
      ),
    );
  }
  casts.apply();
  return casts.count;
}
