import { openModel } from '../../../model/index.js';

/** Whether a model brings its own scales. */
export async function hasQdq(path: string): Promise<boolean> {
  const { nodes } = await openModel(path);
  return nodes.some((node) => node.is('QuantizeLinear') || node.is('DequantizeLinear'));
}
