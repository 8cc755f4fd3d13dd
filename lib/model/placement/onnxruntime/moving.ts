import { quantize, type Rule } from '../rule.js';
import { quantizeTensor } from './quantized-tensor.js';

const movers = new Set('Flatten MaxPool Reshape Resize Slice Squeeze Transpose Unsqueeze'.split(' '));

/** These move 8-bit values as they are where input and result share one scale. */
export const movingRule: Rule = (node, context) => {
  if (node.domain !== '' || !movers.has(node.opType)) return undefined;
  const [input = ''] = node.inputs;
  const [output = '', ...others] = node.outputs;
  const { facts, draft } = context;
  // Cubic interpolation overshoots the range of its input, and indices beside the maxima have no 8-bit kernel.
  if (node.is('Resize') && node.string('mode', 'nearest') === 'cubic') return undefined;
  if (others.some((name) => name !== '') || !facts.isActivation(input) || !draft.hasTensor(input)) return undefined;
  quantizeTensor(output, context);
  draft.tie([input, output]);
  return quantize('moves-data', 'Its input is quantized: it moves the 8-bit values, with the same scale after it.');
};
