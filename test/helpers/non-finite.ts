import { GraphNode, openModel } from '#lib/model/index.js';

/** Saves a network whose only output is divided by zero, or is zero by zero throughout. */
export async function saveBroken(model: string, path: string, how: 'infinite' | 'nan'): Promise<void> {
  const broken = await openModel(model);
  const { name } = broken.outputs[0]!;
  broken.nodes.at(-1)!.setOutputs(['scores']);
  const zero = GraphNode.create({ opType: 'Sub', name: 'zero', inputs: ['scores', 'scores'], outputs: ['zeros'] });
  const inputs = [how === 'nan' ? 'zeros' : 'scores', 'zeros'];
  const divide = GraphNode.create({ opType: 'Div', name: 'divide', inputs, outputs: [name] });
  broken.graph.insertNodes(new Map([[undefined, [zero, divide]]]));
  await broken.save(path);
}
