import { unsupported, type Upgrade } from './context.js';

/** Scatter became ScatterElements in 11. */
export const scatterToElements: Upgrade = (node) => {
  node.setOpType('ScatterElements');
};

/** RoiAlign-16 shifts by half a pixel unless told otherwise. */
export const roiAlignMode: Upgrade = (node) => {
  if (!node.has('coordinate_transformation_mode')) {
    node.setAttribute('coordinate_transformation_mode', { type: 'string', value: 'output_half_pixel' });
  }
};

const modes: Readonly<Record<string, string>> = { bilinear: 'linear', bicubic: 'cubic' };

/** GridSample-20 renamed its modes. */
export const gridSampleModes: Upgrade = (node) => {
  const mode = node.string('mode', 'bilinear');
  node.setAttribute('mode', { type: 'string', value: modes[mode] ?? mode });
};

/** BatchNormalization-9 dropped `spatial`: statistics per position have no equal. */
export const batchNormSpatial: Upgrade = (node, context) => {
  if (node.int('spatial', 1) === 0)
    throw unsupported(node, context, 'normalizes every position for itself (spatial = 0)');
  node.removeAttribute('spatial');
};

/** BatchNormalization-14 has other outputs in training; in inference there is one. */
export const batchNormOutputs: Upgrade = (node, context) => {
  const [output = '', ...rest] = node.outputs;
  if (rest.some((name) => name !== '' && (context.graph.consumers(name).length > 0 || context.graph.isOutput(name)))) {
    throw unsupported(node, context, 'gives out training statistics');
  }
  if (rest.length > 0) node.setOutputs([output]);
};

/** For forms whose meaning changed without an equal. */
export const refuse =
  (what: string): Upgrade =>
  (node, context) => {
    throw unsupported(node, context, what);
  };
