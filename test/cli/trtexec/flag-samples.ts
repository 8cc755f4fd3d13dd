import { repository } from '../../helpers/fixture.js';

/** How the matrix test gives a flag. */
export interface FlagSample {
  /** Its value; `DIR` is a scratch folder. */
  readonly value?: string;
  /** What must stand beside it, in the run with and the run without it. */
  readonly beside?: readonly string[];
  /** In place of `--onnx`. */
  readonly instead?: readonly string[];
  /** Stands right after it, and is not there without it. */
  readonly after?: readonly string[];
}

const profile = (index: number): string[] => [`--profile=${index}`, '--optShapes=input:2x1x32x32'];
const data = `--data=${repository('demo/calibration')}`;
const shapes = 'input:2x1x32x32';
const onDla = ['--useDLACore=0', '--skipInference'];
const int8 = ['--int8', '--calib=DIR/x.cache'];
const calibShapes = ['--minShapesCalib', '--optShapesCalib', '--maxShapesCalib'];

function besideOthers(flag: string): FlagSample {
  return {
    value: shapes,
    beside: [...int8, ...calibShapes.filter((each) => each !== flag).map((each) => `${each}=${shapes}`)],
  };
}

/** A plausible use of each flag that is more than a switch alone or a number. */
export const flagSamples: Readonly<Record<string, FlagSample>> = {
  '--onnx': { value: 'DIR/model.onnx', instead: ['--skipInference'] },
  '--duration': { value: '1' },
  '--minShapes': { value: 'input:1x1x32x32', beside: [`--optShapes=${shapes}`] },
  '--optShapes': { value: shapes },
  '--maxShapes': { value: 'input:8x1x32x32', beside: [`--optShapes=${shapes}`] },
  '--profile': { value: '1', beside: profile(0), after: ['--optShapes=input:4x1x32x32'] },
  '--minShapesCalib': { value: shapes, beside: [...int8, `--maxShapesCalib=${shapes}`, `--optShapesCalib=${shapes}`] },
  '--optShapesCalib': { value: shapes, beside: int8 },
  '--maxShapesCalib': besideOthers('--maxShapesCalib'),
  '--calibProfile': { value: '1', beside: [...int8, ...profile(0), '--profile=1', '--optShapes=input:4x1x32x32'] },
  '--inputIOFormats': { value: 'fp16:chw+hwc8' },
  '--outputIOFormats': { value: 'fp16:chw' },
  '--sparsity': { value: 'enable' },
  '--decomposableAttentions': { value: 'attention*' },
  '--calib': { value: 'DIR/x.cache', beside: ['--int8'] },
  '--precisionConstraints': { value: 'obey', beside: ['--layerPrecisions=conv*:fp16'] },
  '--layerPrecisions': { value: 'conv*:fp16', beside: ['--precisionConstraints=obey'] },
  '--layerOutputTypes': { value: 'conv*:fp16+fp32', beside: ['--precisionConstraints=prefer'] },
  '--saveEngine': { value: 'DIR/matrix.plan' },
  '--loadEngine': { value: 'DIR/model.plan' },
  '--getPlanVersionOnly': { instead: ['--loadEngine=DIR/model.plan'] },
  '--stripAllWeights': {},
  '--useRuntime': { value: 'full' },
  '--leanDLLPath': { value: 'DIR/lean.so' },
  '--hardwareCompatibilityLevel': { value: 'Ampere+' },
  '--runtimePlatform': { value: 'WindowsAMD64' },
  '--memPoolSize': { value: 'workspace:16,tacticSharedMem:48K' },
  '--profilingVerbosity': { value: 'detailed' },
  '--tacticSources': { value: '-JIT_CONVOLUTIONS' },
  '--timingCacheFile': { value: 'DIR/timing.cache' },
  '--preview': { value: '+aliasedPluginIO1003' },
  '--tempdir': { value: 'DIR' },
  '--tempfileControls': { value: 'temporary:deny' },
  '--markDebug': { value: 'a,b' },
  '--shapes': { value: shapes },
  '--loadInputs': { value: 'input:DIR/input.bin', beside: [`--shapes=${shapes}`] },
  '--timeDeserialize': { beside: ['--saveEngine=DIR/matrix.plan'] },
  '--persistentCacheRatio': { value: '0.5' },
  '--useProfile': { value: '1', beside: [...profile(0), '--profile=1', '--optShapes=input:4x1x32x32'] },
  '--allocationStrategy': { value: 'profile' },
  '--weightStreamingBudget': { value: '50%', beside: ['--allowWeightStreaming'] },
  '--percentile': { value: '50,99.9' },
  '--exportTimes': { value: 'DIR/out.json' },
  '--exportOutput': { value: 'DIR/out.json' },
  '--exportProfile': { value: 'DIR/out.json' },
  '--exportLayerInfo': { value: 'DIR/out.json' },
  '--device': { value: '1' },
  '--dynamicPlugins': { value: 'DIR/plugin.so', beside: ['--skipInference'] },
  '--useDLACore': { value: '0', beside: ['--skipInference'] },
  '--uint8AsymmetricQuantizationDLA': { beside: onDla },
  '--reportCapabilityDLA': { beside: onDla },
  '--allowGPUFallback': { beside: onDla },
  '--layerDeviceTypes': { value: 'conv*:DLA' },
  '--int8': { beside: ['--placeholder-ranges'] },
  '--best': { beside: ['--placeholder-ranges'] },
  '--placeholder-ranges': { beside: ['--int8'] },
  '--data': { value: data.slice('--data='.length), beside: ['--int8'] },
  '--resize': { value: '16x16', beside: ['--int8', data] },
  '--fit': { value: 'contain', beside: ['--int8', data] },
  '--pad-value': { value: '7', beside: ['--int8', data] },
  '--pixel-format': { value: 'gray', beside: ['--int8', data] },
  '--mean': { value: '1', beside: ['--int8', data] },
  '--std': { value: '2', beside: ['--int8', data] },
  '--scale': { value: '0.5', beside: ['--int8', data] },
  '--layout': { value: 'nchw', beside: ['--int8', data] },
  '--preset': { value: 'unit', beside: ['--int8', data] },
  '--limit': { value: '5', beside: ['--int8', data] },
  '--seed': { value: '5', beside: ['--int8', data] },
  '--method': { value: 'minmax', beside: ['--int8', data] },
  '--kld-variant': { value: 'source', beside: ['--int8', data, '--method=kld'] },
  '--backend': { value: 'tensorrt' },
  '--report': { value: 'DIR/report.html' },
};
