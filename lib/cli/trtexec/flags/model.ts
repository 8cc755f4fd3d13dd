import { carriedOut, everywhere, exceptRtx, nothing, split, type TrtexecFlag } from './flag.js';

const builderCalibrates =
  'this library has no calibration of its own; give samples with --data, or a cache with --calib';
const grammar = 'NAME:AxBxC,…';

/** The model, its shapes and the formats of its inputs and outputs. */
export const modelFlags: readonly TrtexecFlag[] = [
  {
    name: '--onnx',
    form: 'text',
    value: 'FILE',
    group: 'model',
    description: 'ONNX model to build; a leading ~ is your home folder. Needed unless --loadEngine is given',
    on: everywhere(carriedOut),
  },
  {
    name: '--minShapes',
    form: 'text',
    value: grammar,
    group: 'build',
    description:
      'least shape of each dynamic input (values, for a shape tensor); not given: --optShapes, else --maxShapes',
    on: everywhere(carriedOut),
  },
  {
    name: '--optShapes',
    form: 'text',
    value: grammar,
    group: 'build',
    description: 'shape that the engine is optimized for; not given: --maxShapes, else --minShapes',
    on: everywhere(carriedOut),
  },
  {
    name: '--maxShapes',
    form: 'text',
    value: grammar,
    group: 'build',
    description: 'greatest shape; not given: --optShapes, else --minShapes',
    on: everywhere(carriedOut),
  },
  {
    name: '--profile',
    form: 'integer',
    value: 'N',
    default: 'one profile, 0',
    repeat: true,
    group: 'build',
    description: 'opens optimization profile N; its --minShapes, --optShapes and --maxShapes follow it directly',
    on: everywhere(carriedOut),
  },
  ...(['min', 'opt', 'max'] as const).map((end): TrtexecFlag => ({
    name: `--${end}ShapesCalib`,
    form: 'text',
    value: grammar,
    group: 'build',
    until: '10.16',
    description: `${end} shapes of the calibration profile: --optShapesCalib alone or all three; only the opt shapes count`,
    on: split(carriedOut, nothing(builderCalibrates)),
  })),
  {
    name: '--calibProfile',
    form: 'integer',
    value: 'N',
    default: '0',
    group: 'build',
    until: '10.16',
    description: 'optimization profile whose opt shapes the calibration runs with',
    on: split(carriedOut, nothing(builderCalibrates)),
  },
  ...(['input', 'output'] as const).map((end): TrtexecFlag => ({
    name: `--${end}IOFormats`,
    form: 'text',
    value: 'TYPE:FMT[+FMT],…',
    group: 'build',
    description:
      `type and memory formats of each ${end} in order, or one entry for all: fp32:chw, fp16:chw+hwc8; ` +
      'from 11.0 on formats alone',
    on: everywhere(carriedOut),
  })),
  {
    name: '--sparsity',
    form: 'text',
    value: 'disable|enable|force',
    default: 'disable',
    group: 'build',
    description: 'kernels for weights of which 2 in 4 are zero; force makes them so, for timing alone',
    on: everywhere(carriedOut),
  },
  {
    name: '--decomposableAttentions',
    form: 'text',
    value: 'NAME,…',
    group: 'build',
    description: 'attention layers that may fall apart into several kernels',
    on: everywhere(carriedOut),
  },
  {
    name: '--pluginInstanceNorm',
    aliases: ['--pi'],
    form: 'switch',
    group: 'build',
    description: "parse InstanceNormalization into the plugin instead of TensorRT's own layers",
    on: exceptRtx('TensorRT-RTX has no plugin library'),
  },
  {
    name: '--enablePluginOverride',
    form: 'switch',
    group: 'build',
    description: 'let a plugin take an ONNX operator that the parser knows itself',
    on: exceptRtx('TensorRT-RTX has no plugin library'),
  },
];
