import type { Model } from '../model.js';
import type { Edge, Placement } from '../placement/types.js';
import type { MeasuringModel } from './observe.js';
import { Measures } from './reduce.js';
import { TwinBuilder } from './twins.js';

/** A model that measures what each reader of each quantized tensor makes of it. */
export interface BranchMeasures extends MeasuringModel {
  /** What output i tells of: the tensor that is quantized, and the operator that reads it. */
  readonly branches: readonly { readonly tensor: string; readonly node: string }[];
}

/**
 * A copy of the model that puts out Σ (y - y′)² for every quantized tensor and every operator that reads it quantized: y of float inputs
 * and weights, y′ with this tensor quantized by its dial, and with the operator's INT8 weights. Padding is looked through to the
 * convolution behind it.
 */
export async function measureBranches(model: Model, placement: Placement): Promise<BranchMeasures> {
  const copy = model.clone();
  const { graph } = copy;
  const builder = new TwinBuilder(copy, placement);
  const found: { tensor: string; node: string; output: string; twin: string }[] = [];
  for (const { tensor, edges } of placement.activations) {
    for (const name of new Set(edges.map(({ node }) => node))) {
      const own: readonly Edge[] = edges.filter(({ node }) => node === name);
      let node = builder.node(name);
      let twin = await builder.twin(name, own);
      const [reader, ...others] = graph.consumers(node.outputs[0] ?? '');
      if (node.is('Pad') && reader?.is('Conv', 'ConvTranspose') && others.length === 0) {
        node = reader;
        twin = await builder.twin(node.name, [], new Map([[0, twin]]));
      }
      found.push({ tensor, node: node.name, output: node.outputs[0]!, twin });
    }
  }
  builder.apply();
  const measures = new Measures(copy);
  for (const { output, twin } of found) measures.squaredError(output, twin);
  return { model: copy, outputs: measures.apply(), branches: found.map(({ tensor, node }) => ({ tensor, node })) };
}
