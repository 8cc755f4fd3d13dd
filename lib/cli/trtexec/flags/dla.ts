import { carriedOut, everywhere, exceptRtx, refused, split, type TrtexecFlag } from './flag.js';

const onDla = exceptRtx('TensorRT-RTX has no DLA');
const noSafety = everywhere(refused('the safety runtime is a product of its own, which calibrt does not open'));

/** Deep learning accelerators, and the safety runtime that belongs to them. */
export const dlaFlags: readonly TrtexecFlag[] = [
  {
    name: '--useDLACore',
    form: 'integer',
    value: 'N',
    default: '-1',
    group: 'dla',
    description: 'DLA core to run on; -1: none',
    on: onDla,
  },
  {
    name: '--allowGPUFallback',
    form: 'switch',
    group: 'dla',
    description: 'what DLA cannot do runs on the GPU',
    on: onDla,
  },
  {
    name: '--layerDeviceTypes',
    form: 'text',
    value: 'LAYER:GPU|DLA,…',
    group: 'dla',
    description: 'where layers run',
    on: onDla,
  },
  {
    name: '--buildDLAStandalone',
    form: 'switch',
    group: 'dla',
    description: 'a loadable for DLA alone',
    on: everywhere(refused('calibrt writes engine plans, no DLA loadables')),
  },
  {
    name: '--uint8AsymmetricQuantizationDLA',
    form: 'switch',
    group: 'dla',
    description: 'parse UINT8 and asymmetric quantization, for DLA',
    on: onDla,
  },
  {
    name: '--reportCapabilityDLA',
    form: 'switch',
    group: 'dla',
    description: 'report what DLA can take of the model',
    on: onDla,
  },
  {
    name: '--adjustForDLA',
    form: 'switch',
    group: 'dla',
    description: 'parse the model in the way that suits DLA',
    on: onDla,
  },
  { name: '--safe', form: 'switch', group: 'dla', description: 'a safety engine', on: noSafety },
  { name: '--consistency', form: 'switch', group: 'dla', description: 'check a safety engine', on: noSafety },
  {
    name: '--dumpKernelText',
    form: 'switch',
    group: 'dla',
    description: 'write the kernels of a safety engine',
    on: noSafety,
  },
  {
    name: '--restricted',
    form: 'switch',
    group: 'dla',
    until: '10.16',
    description: 'what the safety runtime supports and no more',
    on: split(carriedOut, refused('restricted engines went with TensorRT 10')),
  },
  {
    name: '--remoteAutoTuningConfig',
    form: 'text',
    value: 'URL',
    group: 'dla',
    description: 'tune a safety engine on another machine',
    on: noSafety,
  },
  { name: '--cpuOnly', form: 'switch', group: 'dla', description: 'build a safety engine without a GPU', on: noSafety },
];
