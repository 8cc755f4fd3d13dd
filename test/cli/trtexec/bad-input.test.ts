import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withRemedy } from '#lib/backends/tensorrt/build-remedies.js';
import { buildFailure } from '#lib/backends/tensorrt/failures.js';
import { CalibrtError } from '#lib/errors.js';
import { fixture, repository } from '../../helpers/fixture.js';
import { planBytes, staticTensors, threeProfiles, type DoubleOptions } from './backend-double.js';
import { runDouble } from './run-double.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-trtexec-bad-'));
  await copyFile(repository('demo/model.onnx'), join(folder, 'model.onnx'));
  await copyFile(fixture('tiny-cnn-fp32.onnx'), join(folder, 'static.onnx'));
  await writeFile(join(folder, 'model.plan'), planBytes('10'));
  await writeFile(join(folder, 'text.onnx'), 'not a model');
  await writeFile(join(folder, 'text.plan'), 'not a plan');
  await writeFile(join(folder, 'text.cache'), 'not a cache');
  await writeFile(join(folder, 'other.cache'), 'TRT-101600-EntropyCalibration2\nnowhere: 3c010a14\n');
  await writeFile(join(folder, 'short.bin'), new Uint8Array(100));
  await mkdir(join(folder, 'sub'));
});
afterAll(() => rm(folder, { recursive: true }));

const onnx = '--onnx=DIR/model.onnx';
const load = '--loadEngine=DIR/model.plan';
const incompatible = new CalibrtError(
  'ERR_PLAN_INVALID',
  'model.plan was built by TensorRT 8.6.1: TensorRT 10.16.0 cannot load it; build it again',
);

function refusedBuild(kind: 'profile' | 'noGpu' | 'refused', message: string): CalibrtError {
  return withRemedy(buildFailure({ kind, message, details: [] }, 'TensorRT-RTX', 'model.onnx'));
}

interface BadInput extends DoubleOptions {
  readonly argv: readonly string[];
  /** Of the one line of level E. */
  readonly line: RegExp;
  /** Whether trtexec shows its help for it. */
  readonly help?: boolean;
}

const cases: Readonly<Record<string, BadInput>> = {
  'no model': { argv: ['--fp16'], line: /^Model missing .*--onnx=FILE or --loadEngine=FILE$/, help: true },
  'a value apart from its flag': { argv: ['--onnx', 'm.onnx'], line: /^Unknown option: m\.onnx $/, help: true },
  'an unknown flag': { argv: [onnx, '--fp17'], line: /^Unknown option: --fp17 $/, help: true },
  'a flag of 8.6': { argv: [onnx, '--workspace=512'], line: /^Unknown option: --workspace 512$/, help: true },
  'a repeated flag': { argv: [onnx, '--fp16', '--fp16'], line: /^Unknown option: --fp16 $/, help: true },
  'no number': {
    argv: [onnx, '--iterations=x'],
    line: /^stoi: --iterations takes a whole number, not "x"$/,
    help: true,
  },
  'no number of seconds': { argv: [onnx, '--duration='], line: /^stof: --duration/, help: true },
  'a number too great': { argv: [onnx, '--iterations=3000000000'], line: /^Uncaught exception detected: stoi/ },
  'no streams': { argv: [onnx, '--infStreams=0'], line: /--infStreams is 0/, help: true },
  'no queries in an average': { argv: [onnx, '--avgRuns=0'], line: /--avgRuns is 0/, help: true },
  'a percentile of 101': { argv: [onnx, '--percentile=101'], line: /Percentile 101 is not in \[0,100\]/, help: true },
  'an unknown word': {
    argv: [onnx, '--sparsity=some'],
    line: /^Unknown sparsity: some\. Valid options: disable, enable, force$/,
    help: true,
  },
  'an unknown pool': { argv: [onnx, '--memPoolSize=x:1'], line: /^Unknown memory pool: x$/, help: true },
  'a tactic source without a sign': {
    argv: [onnx, '--tacticSources=CUDNN'],
    line: /must begin with \+ or -/,
    help: true,
  },
  'save and load': { argv: [onnx, '--saveEngine=a', '--loadEngine=b'], line: /Incompatible load and save/, help: true },
  'best and strongly typed': { argv: [onnx, '--best', '--stronglyTyped'], line: /cannot be both set/, help: true },
  'fp8 and int8': { argv: [onnx, '--fp8', '--int8'], line: /fp8 and int8 aren't allowed/, help: true },
  'a budget without streaming': {
    argv: [onnx, '--weightStreamingBudget=1M'],
    line: /--allowWeightStreaming/,
    help: true,
  },
  'a gap between profiles': {
    argv: [onnx, '--profile=1', '--optShapes=input:1x1x32x32'],
    line: /profile index 0/,
    help: true,
  },
  'shapes loose beside a profile': {
    argv: [onnx, '--profile=0', '--optShapes=input:1x1x32x32', '--fp16', '--maxShapes=input:1x1x32x32'],
    line: /without --profile are not allowed/,
    help: true,
  },
  'a wrong sample flag': { argv: [onnx, '--mean=a,b'], line: /--mean takes numbers/, help: true },
  'an unknown method': { argv: [onnx, '--method=best'], line: /--method must be one of mse, entropy/, help: true },
  'an unknown backend': { argv: [onnx, '--backend=cuda'], line: /^Unknown backend: cuda/, help: true },
  'a missing model': { argv: ['--onnx=DIR/none.onnx'], line: /^Engine set up failed: .*none\.onnx does not exist/ },
  'no model in the file': {
    argv: ['--onnx=DIR/text.onnx'],
    line: /^Engine set up failed: .*text\.onnx is not a valid ONNX model/,
  },
  'a missing plan': {
    argv: ['--loadEngine=DIR/none.plan'],
    line: /^Engine set up failed: .*none\.plan cannot be read/,
  },
  'no plan in the file': {
    argv: ['--loadEngine=DIR/text.plan'],
    line: /^Engine set up failed: .*text\.plan is no engine plan/,
  },
  'a plan of another version': {
    argv: [load],
    loadError: incompatible,
    line: /^Engine set up failed: model\.plan was built by TensorRT 8\.6\.1/,
  },
  'an input that is not there': {
    argv: [onnx, '--shapes=image:1x1x32x32'],
    line: /Cannot find input tensor with name "image" in the network inputs: they are "input"/,
  },
  'an input that the engine has not': {
    argv: [load, '--shapes=image:1x1x32x32'],
    line: /^Inference set up failed: --shapes: Cannot find input tensor with name "image"/,
  },
  'shapes for a static model': {
    argv: ['--onnx=DIR/static.onnx', '--shapes=image:1x3x16x16'],
    line: /^Engine set up failed: Static model does not take explicit shapes/,
  },
  'another shape than the static one': {
    argv: [load, '--shapes=image:2x3x16x16'],
    engine: { tensors: staticTensors },
    line: /^Inference set up failed: The engine was built with static shapes for input tensor image, 1x3x16x16/,
  },
  'a shape outside the profile': {
    argv: [load, '--shapes=input:9x1x32x32'],
    line: /^Inference set up failed: input input: 9x1x32x32 is outside profile 0, which serves 1x1x32x32 to 8x1x32x32/,
  },
  'a profile that is not there': {
    argv: [load, '--useProfile=3'],
    engine: { tensors: threeProfiles },
    line: /^Inference set up failed: Selected profile index 3 exceeds/,
  },
  'an input file of the wrong size': {
    argv: [load, '--shapes=input:1x1x32x32', '--loadInputs=input:DIR/short.bin'],
    line: /^Inference set up failed: --loadInputs: .*short\.bin has 100 bytes; input input, 1x1x32x32 of fp32, takes 4096$/,
  },
  'an input file that is missing': {
    argv: [load, '--shapes=input:1x1x32x32', '--loadInputs=input:DIR/none.bin'],
    line: /none\.bin, values of input input, cannot be read/,
  },
  'a cache that is missing': {
    argv: [onnx, '--int8', '--calib=DIR/none.cache'],
    line: /^Engine set up failed: --calib=.*none\.cache does not exist, .*--data=PATH$/,
  },
  'a cache that is missing, where ranges go into the model': {
    argv: [onnx, '--int8', '--calib=DIR/none.cache'],
    flavour: '11',
    line: /^Engine set up failed: --calib=.*none\.cache does not exist, .*--data=PATH$/,
  },
  'no ranges at all, where they go into the model': {
    argv: [onnx, '--int8'],
    flavour: '11',
    line: /^Engine set up failed: INT8 needs ranges.* --data=PATH, or --placeholder-ranges/,
  },
  'no cache in the file': {
    argv: [onnx, '--int8', '--calib=DIR/text.cache'],
    flavour: 'rtx',
    line: /^Engine set up failed: .*text\.cache is none of/,
  },
  'a cache of another model': {
    argv: [onnx, '--int8', '--calib=DIR/other.cache'],
    flavour: 'rtx',
    line: /^Engine set up failed: .* tensor a line means with `calibrt migrate --map LINE=TENSOR`$/,
  },
  'shapes that the library refuses': {
    argv: [onnx],
    buildError: refusedBuild('profile', 'input "input": min is above opt'),
    line: /min is above opt \(--minShapes=, --optShapes=, --maxShapes=NAME:DIMS\)$/,
  },
  'weights out of the plan, without a GPU': {
    argv: [onnx, '--stripWeights', '--skipInference'],
    gpus: 0,
    flavour: 'rtx',
    buildError: refusedBuild('noGpu', 'it needs a GPU for this'),
    line: /; without one, TensorRT-RTX builds with --skipInference, without --stripWeights and --refit$/,
  },
  'FP8 for a GPU that has none': {
    argv: [onnx, '--skipInference'],
    gpus: 0,
    flavour: 'rtx',
    buildError: refusedBuild(
      'refused',
      'Cannot compile for target(s) sm86, because the model contains HW-specific datatypes: fp8_e4m3. In x',
    ),
    line: /: targets that have FP8 are named with `calibrt build --target sm89,sm120`$/,
  },
  'samples for an input that is not there': {
    argv: [onnx, '--int8', '--data=image=DIR/none'],
    flavour: 'rtx',
    line: /--data=image=.*: the network has no input image, only input$/,
  },
  ...Object.fromEntries(
    ['--onnx', '--saveEngine', '--calib', '--exportTimes', '--timingCacheFile', '--report'].map((flag) => [
      `an empty name for ${flag}`,
      {
        argv: flag === '--onnx' ? ['--onnx='] : [onnx, `${flag}=`],
        line: new RegExp(`^${flag} has no file name: give ${flag}=FILE$`),
        help: true,
      },
    ]),
  ),
  'an output folder that is missing': {
    argv: [onnx, '--saveEngine=DIR/none/x.plan'],
    line: /the folder .*none does not exist/,
  },
  'an output that is a folder': { argv: [onnx, '--exportTimes=DIR/sub'], line: /sub: it is a folder/ },
  'no GPU': { argv: [onnx], gpus: 0, line: /^no GPU can be used .*--backend=tensorrt-rtx --skipInference$/ },
  'no GPU to run on': {
    argv: [onnx],
    gpus: 0,
    flavour: 'rtx',
    line: /^no GPU can be used .*build only, with --skipInference$/,
  },
  'a GPU that is not there': { argv: [onnx, '--device=1'], line: /^--device=1: there is 1 GPU, counted from 0$/ },
  'a refused flag': { argv: [onnx, '--refitFromOnnx=x'], line: /^--refitFromOnnx is refused on TensorRT 10\.16\.0: / },
};

describe('bad input gives one line and exit 1', () => {
  it.each(Object.entries(cases))('%s', async (_, { argv, line, help = false, ...options }) => {
    const run = await runDouble(
      argv.map((argument) => argument.replace('DIR', folder)),
      options,
    );
    const errors = run.err.split('\n').filter((each) => each.includes('] [E] '));
    expect(errors).toHaveLength(1);
    expect(errors[0]!.replace(/^\[.*?\] \[E\] /, '')).toMatch(line);
    expect(run.status).toBe(1);
    expect(run.out.includes('Usage:')).toBe(help);
    expect(run.out.trimEnd().split('\n').at(-1)).toMatch(
      /^&&&& FAILED TensorRT\.trtexec \[TensorRT v\d+\] \[b0\] # calibrt trtexec/,
    );
    expect(run.calls.timed).toEqual([]);
  });
});
