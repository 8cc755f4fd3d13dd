import type { TensorRtFlavour } from '../../../native.js';
import type { TrtexecArguments } from '../arguments.js';
import { parseFloat32, parseSize } from '../numbers.js';
import { ArgumentProblem } from '../problems.js';
import { oneOf, parseFiles, parseShapes } from './specs.js';

/** What the inference flags say. */
export interface InferenceSettings {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Files of `--loadInputs`, by name with at most one `*`. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly iterations: number;
  readonly warmUpMs: number;
  /** Seconds; -1: until interrupted. */
  readonly durationS: number;
  readonly sleepMs: number;
  readonly idleMs: number;
  readonly streams: number;
  /** No overlap of one query's transfers with another's compute. */
  readonly exposeDma: boolean;
  readonly transfers: boolean;
  readonly spin: boolean;
  readonly threads: boolean;
  readonly cudaGraph: boolean;
  readonly separateProfileRun: boolean;
  readonly timeDeserialize: boolean;
  readonly persistentCacheRatio: number;
  readonly profile: number;
  readonly profileGiven: boolean;
  readonly weightStreamingBudget: WeightStreamingBudget | undefined;
}

/** What of a plan's weights stays on the GPU. */
export type WeightStreamingBudget =
  | { readonly kind: 'all' }
  | { readonly kind: 'automatic' }
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'bytes'; readonly bytes: number };

/**
 * Reads the inference flags. Transfers, spinning and graphs have other defaults from TensorRT 11 on.
 *
 * @throws ArgumentProblem where a value is wrong or flags contradict each other.
 */
export function readInferenceSettings(
  args: TrtexecArguments,
  flavour: TensorRtFlavour,
  warn: (text: string) => void,
): InferenceSettings {
  const old = flavour === '10';
  if (args.has('--streams')) warn('--streams flag has been deprecated, use --infStreams flag instead.');
  const strategies = ['static', 'profile', 'runtime'];
  oneOf('--allocationStrategy', args.text('--allocationStrategy', 'static') || 'static', strategies);
  const settings: InferenceSettings = {
    shapes: parseShapes('--shapes', args.text('--shapes')),
    inputs: parseFiles(args.text('--loadInputs')),
    iterations: args.integer('--iterations'),
    warmUpMs: args.number('--warmUp'),
    durationS: args.number('--duration'),
    sleepMs: args.number('--sleepTime'),
    idleMs: args.number('--idleTime'),
    streams: args.integer(args.has('--streams') && !args.has('--infStreams') ? '--streams' : '--infStreams'),
    exposeDma: args.has('--exposeDMA'),
    transfers: old ? !args.has('--noDataTransfers') : args.has('--includeDataTransfers'),
    spin: old ? args.has('--useSpinWait') : !args.has('--noSpinWait'),
    threads: args.has('--threads'),
    cudaGraph: old ? args.has('--useCudaGraph') : !args.has('--noCudaGraph'),
    separateProfileRun: args.has('--separateProfileRun'),
    timeDeserialize: args.has('--timeDeserialize'),
    persistentCacheRatio: args.number('--persistentCacheRatio'),
    profile: args.integer('--useProfile'),
    profileGiven: args.has('--useProfile'),
    weightStreamingBudget: readBudget(args, warn),
  };
  check(settings);
  return settings;
}

// trtexec goes on with these and hangs, crashes or reports nothing.
function check({ iterations, streams, warmUpMs, durationS, profile, persistentCacheRatio }: InferenceSettings): void {
  if (iterations < 0) throw new ArgumentProblem(`--iterations is ${iterations}: give 0 or more`);
  if (streams < 1) throw new ArgumentProblem(`--infStreams is ${streams}: give 1 or more`);
  if (!(warmUpMs >= 0)) throw new ArgumentProblem(`--warmUp is ${warmUpMs}: give 0 or more milliseconds`);
  if (!(durationS >= 0 || durationS === -1)) {
    throw new ArgumentProblem(`--duration is ${durationS}: give 0 or more seconds, or -1 to run until Ctrl-C`);
  }
  if (profile < 0) throw new ArgumentProblem(`--useProfile is ${profile}: give 0 or more`);
  if (!(persistentCacheRatio >= 0 && persistentCacheRatio <= 1)) {
    throw new ArgumentProblem(`--persistentCacheRatio is ${persistentCacheRatio}: give 0 to 1`);
  }
}

function readBudget(args: TrtexecArguments, warn: (text: string) => void): WeightStreamingBudget | undefined {
  const flag = '--weightStreamingBudget';
  const allowed = args.has('--allowWeightStreaming');
  if (args.has(flag) && !allowed) {
    throw new ArgumentProblem('The weight streaming budget can only be set with --allowWeightStreaming specified.');
  }
  const budget = args.has(flag) ? parseBudget(flag, args.text(flag)) : undefined;
  if (allowed && (budget === undefined || budget.kind === 'all')) {
    warn(
      'The engine can stream its weights but it will not at runtime because --weightStreamingBudget unset or set to -2.',
    );
  }
  return budget;
}

function parseBudget(flag: string, text: string): WeightStreamingBudget {
  if (text.endsWith('%')) {
    const percent = parseFloat32(flag, text);
    if (!(percent >= 0 && percent <= 100)) throw new ArgumentProblem(`${flag} must be 0% to 100%, not ${text}`);
    return { kind: 'percent', percent };
  }
  const bytes = parseSize(flag, text, 'B');
  if (bytes === -2) return { kind: 'all' };
  if (bytes === -1) return { kind: 'automatic' };
  if (bytes < 0) throw new ArgumentProblem(`${flag} must be -2, -1, or a size, not ${text}`);
  return { kind: 'bytes', bytes: Math.floor(bytes) };
}
