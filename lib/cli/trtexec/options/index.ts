/** What a command line asks for, as settings. */
import { homedir } from 'node:os';
import type { TensorRtFlavour } from '../../../native.js';
import type { TrtexecArguments } from '../arguments.js';
import { ArgumentProblem } from '../problems.js';
import { readBuildSettings, type BuildSettings } from './build.js';
import { readInferenceSettings, type InferenceSettings } from './inference.js';
import type { ShapeProfile } from './profiles.js';
import { readReportingSettings, type ReportingSettings } from './reporting.js';

export type { BuildSettings, MemoryPool, PrecisionSettings } from './build.js';
export { tensorLayouts, type LayerAssignment, type NetworkSettings, type TensorFormatSpec } from './network.js';
export type { InferenceSettings, WeightStreamingBudget } from './inference.js';
export type { ShapeProfile, ShapeSpec } from './profiles.js';
export type { ReportingSettings } from './reporting.js';

/** Everything, for one library. */
export interface TrtexecSettings {
  /** Path of the ONNX model. */
  readonly onnx: string | undefined;
  readonly build: BuildSettings;
  readonly inference: InferenceSettings;
  readonly reporting: ReportingSettings;
  readonly device: number;
  /** -1: none. */
  readonly dlaCore: number;
  /** Libraries of `--staticPlugins` and `--plugins`. */
  readonly staticPlugins: readonly string[];
  readonly setPluginsToSerialize: readonly string[];
  readonly dynamicPlugins: readonly string[];
}

/**
 * Reads all flags.
 *
 * @param flavour - Whose defaults hold.
 * @param warn - Told of what trtexec warns of while it parses.
 * @throws ArgumentProblem where a value is wrong or flags contradict each other; OutOfRange for numbers too great.
 */
export function readSettings(
  args: TrtexecArguments,
  flavour: TensorRtFlavour,
  warn: (text: string) => void,
): TrtexecSettings {
  // `--onnx FILE` leaves FILE as an unknown option, which says more.
  if (args.unknown.length === 0) checkFileNames(args);
  const onnx = args.has('--onnx') ? args.text('--onnx').replace(/^~/, homedir()) : undefined;
  const build = readBuildSettings(args, warn);
  if (args.has('--plugins')) warn('--plugins flag has been deprecated, use --staticPlugins flag instead.');
  if (args.has('--directIO')) warn('--directIO flag has been deprecated');
  const read = readInferenceSettings(args, flavour, warn);
  const dlaCore = readDlaCore(args, warn);
  if (dlaCore >= 0 && read.cudaGraph) warn('CUDA graphs and DLA do not go together: the graph is switched off.');
  const inference = dlaCore >= 0 ? { ...read, cudaGraph: false } : read;
  const reporting = readReportingSettings(args);
  if (onnx === undefined && build.loadEngine === undefined) {
    throw new ArgumentProblem('Model missing or format not recognized: give --onnx=FILE or --loadEngine=FILE');
  }
  if (args.has('--getPlanVersionOnly') && build.loadEngine === undefined) {
    throw new ArgumentProblem('--getPlanVersionOnly needs --loadEngine=FILE');
  }
  return {
    onnx,
    ...spread(build, inference),
    reporting,
    device: args.integer('--device'),
    dlaCore,
    staticPlugins: [...args.texts('--plugins'), ...args.texts('--staticPlugins')],
    setPluginsToSerialize: args.texts('--setPluginsToSerialize'),
    dynamicPlugins: args.texts('--dynamicPlugins'),
  };
}

// An unset variable of a shell script: the run would fail without a name in its message, or write nothing.
function checkFileNames(args: TrtexecArguments): void {
  for (const { flag, uses } of args.given) {
    if (flag.value !== 'FILE' || !uses.some(({ value }) => value === '')) continue;
    throw new ArgumentProblem(`${flag.name} has no file name: give ${flag.name}=FILE`);
  }
}

function readDlaCore(args: TrtexecArguments, warn: (text: string) => void): number {
  const core = args.integer('--useDLACore');
  if (core >= 0) return core;
  for (const flag of ['--uint8AsymmetricQuantizationDLA', '--reportCapabilityDLA']) {
    if (args.has(flag)) throw new ArgumentProblem(`${flag} is not supported without DLA cores: give --useDLACore=N`);
  }
  if (args.has('--adjustForDLA')) warn('--adjustForDLA was set without --useDLACore: the network will run on the GPU.');
  return -1;
}

/** Inputs that have a shape on one side only get it on the other: opt to run with, min = opt = max to build for. */
function spread(
  build: BuildSettings,
  inference: InferenceSettings,
): { readonly build: BuildSettings; readonly inference: InferenceSettings } {
  const profile = build.profiles[inference.profile];
  if (profile === undefined) return { build, inference };
  const shapes = new Map(inference.shapes);
  for (const [name, { opt }] of profile) if (!shapes.has(name)) shapes.set(name, opt);
  const widened: ShapeProfile = new Map([
    ...profile,
    ...[...shapes].flatMap(([name, dims]) =>
      profile.has(name) ? [] : [[name, { min: dims, opt: dims, max: dims }] as const],
    ),
  ]);
  const profiles = build.profiles.map((each, index) => (index === inference.profile ? widened : each));
  return { build: { ...build, profiles }, inference: { ...inference, shapes } };
}
