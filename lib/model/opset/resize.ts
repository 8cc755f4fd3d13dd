import { constantNumbers, float32 } from '../constants.js';
import { constantFor, unsupported, type Upgrade } from './context.js';

/** Upsample-9: the scales became an input. */
export const upsampleScalesToInput: Upgrade = (node, context) => {
  const scales = node.floats('scales');
  if (!scales) throw unsupported(node, context, 'has no scales');
  node.removeAttribute('scales');
  node.setInput(1, constantFor(node, context, 'scales', float32(scales)));
};

/** Resize-10 took Upsample's place. */
export const upsampleToResize: Upgrade = (node) => {
  node.setOpType('Resize');
};

/**
 * Resize-11: a region of interest came in second, and the coordinates that 10 implied are named: `asymmetric`; for `nearest`,
 * down to the next pixel when enlarging and up when shrinking (as ONNX Runtime computes version 10).
 */
export const resizeModes: Upgrade = async (node, context) => {
  const [input = '', scales = ''] = node.inputs;
  const values = await constantNumbers(context.graph, scales);
  const shrinks = values?.some((scale) => scale < 1) ?? false;
  node.setInputs([input, constantFor(node, context, 'roi', float32([])), scales]);
  node.setAttribute('coordinate_transformation_mode', { type: 'string', value: 'asymmetric' });
  if (node.string('mode', 'nearest') !== 'nearest') return;
  if (shrinks && values?.some((scale) => scale > 1)) {
    throw unsupported(node, context, 'enlarges one side and shrinks another by nearest neighbour');
  }
  node.setAttribute('nearest_mode', { type: 'string', value: shrinks ? 'ceil' : 'floor' });
};

// floor((x + 0.5)/s) = round((x + 0.5)/s - 0.5) with halves up, and so on: the removed mode is `half_pixel`, shifted by half a pixel.
const shifted: Readonly<Record<string, string>> = { floor: 'round_prefer_ceil', round_prefer_floor: 'ceil' };

/** Resize-13 dropped `tf_half_pixel_for_nn`. */
export const resizeHalfPixel: Upgrade = (node, context) => {
  if (node.string('coordinate_transformation_mode') !== 'tf_half_pixel_for_nn') return;
  const nearest = shifted[node.string('nearest_mode', 'round_prefer_floor')];
  if (nearest === undefined || node.string('mode', 'nearest') !== 'nearest') {
    throw unsupported(node, context, 'uses tf_half_pixel_for_nn with another rounding than floor');
  }
  node.setAttribute('coordinate_transformation_mode', { type: 'string', value: 'half_pixel' });
  node.setAttribute('nearest_mode', { type: 'string', value: nearest });
};
