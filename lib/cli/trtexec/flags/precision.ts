import { carriedOut, everywhere, inTheModel, nothing, refused, split, type TrtexecFlag } from './flag.js';

const typed = 'types come from the model there';
const perLayer = split(
  carriedOut,
  refused(`${typed}: \`calibrt quantize --exclude=PATTERN\` keeps layers in high precision`),
);

/** Which types the engine computes in. */
export const precisionFlags: readonly TrtexecFlag[] = [
  {
    name: '--fp16',
    form: 'switch',
    group: 'precision',
    until: '10.16',
    description: 'let the builder choose FP16',
    on: split(carriedOut, inTheModel('a copy of the model is cast to FP16 where that is safe')),
  },
  {
    name: '--bf16',
    form: 'switch',
    group: 'precision',
    until: '10.16',
    description: 'let the builder choose BF16',
    on: split(carriedOut, inTheModel('a copy of the model is cast to BF16 where that is safe')),
  },
  {
    name: '--int8',
    form: 'switch',
    group: 'precision',
    until: '10.16',
    description:
      'let the builder choose INT8; scales come from Q/DQ in the model, --calib or --data. Without any, TensorRT 10 gets placeholder ranges, ' +
      'and where types come from the model the run fails, but with --placeholder-ranges',
    on: split(carriedOut, inTheModel('Q/DQ is inserted into a copy of the model, from --calib or --data')),
  },
  {
    name: '--best',
    form: 'switch',
    group: 'precision',
    until: '10.16',
    description: 'INT8, FP16 and BF16 together; without any ranges it fails where --int8 does',
    on: split(
      carriedOut,
      inTheModel('as --int8 --fp16: Q/DQ with those ranges, and the rest of the model cast to FP16'),
    ),
  },
  {
    name: '--fp8',
    form: 'switch',
    group: 'precision',
    until: '10.16',
    description: 'let the builder choose FP8',
    on: split(carriedOut, refused('an FP8 engine comes of a model with FP8 Q/DQ: build that one, without this flag')),
  },
  {
    name: '--int4',
    form: 'switch',
    group: 'precision',
    until: '10.16',
    description: 'let the builder choose INT4',
    on: split(carriedOut, refused('an INT4 engine comes of a model with INT4 Q/DQ: build that one, without this flag')),
  },
  {
    name: '--calib',
    form: 'text',
    value: 'FILE',
    group: 'precision',
    until: '10.16',
    description:
      'calibration cache, read; with --data it is made where it is not there. Without either a cache or samples the run fails: ' +
      'trtexec would calibrate on random data',
    on: split(carriedOut, inTheModel('the ranges of the cache become the scales of Q/DQ')),
  },
  {
    name: '--noTF32',
    form: 'switch',
    default: 'TF32 on',
    group: 'precision',
    description: 'no TF32 in place of FP32',
    on: everywhere(carriedOut),
  },
  {
    name: '--stronglyTyped',
    form: 'switch',
    group: 'precision',
    description: 'take every type from the model; precision flags are then switched off with a warning',
    on: split(carriedOut, nothing('networks are always strongly typed there')),
  },
  {
    name: '--precisionConstraints',
    form: 'text',
    value: 'none|prefer|obey',
    default: 'none',
    group: 'precision',
    until: '10.16',
    description: 'how binding the types of --layerPrecisions and --layerOutputTypes are',
    on: split(carriedOut, nothing(typed)),
  },
  {
    name: '--layerPrecisions',
    form: 'text',
    value: 'LAYER:TYPE,…',
    group: 'precision',
    until: '10.16',
    description: 'types that layers compute in; one * per name',
    on: perLayer,
  },
  {
    name: '--layerOutputTypes',
    form: 'text',
    value: 'LAYER:TYPE[+TYPE],…',
    group: 'precision',
    until: '10.16',
    description: 'types of the outputs of layers',
    on: perLayer,
  },
];
