/**
 * The whole native surface, typed in one file. Nothing else loads the addon; everything native that TypeScript may touch is
 * declared here, and native/addon implements exactly this.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { CalibrtError } from './errors.js';

/** What a tensor's statistics hold, beside the histogram itself. */
export interface StatisticsSummary {
  /** Finite values seen, zeros included. */
  readonly count: bigint;
  /** Values equal to zero (of either sign); they are in no bin. */
  readonly zeros: bigint;
  readonly nans: bigint;
  /** Values equal to +Inf or -Inf. */
  readonly infinities: bigint;
  /** Least and greatest finite value; 0 and 0 when `count` is 0. */
  readonly min: number;
  readonly max: number;
  /** max(|min|, |max|). */
  readonly amax: number;
  /** Bin width, a power of two; 0 before any non-zero finite value. Bin i holds |x| in [i·width, (i+1)·width). */
  readonly binWidth: number;
  /** Bins per sign. */
  readonly bins: number;
}

/**
 * One tensor's running statistics (native/core/histogram.h): two histograms of |x|, one per sign, on a fixed number of
 * bins whose width is a power of two and doubles by merging neighbours when a value falls outside. The state depends only on the
 * multiset of values that were added.
 */
export interface NativeStatistics {
  /** Adds every value of `data`, on the calling thread. */
  accumulate(data: Float32Array): void;
  /** Adds another tensor's state; equal to having accumulated its values here. */
  merge(other: NativeStatistics): void;
  /** The state as bytes; equal states give equal bytes. */
  serialize(): Uint8Array;
  summary(): StatisticsSummary;
  /** Counts of |x| (or of one sign) on the fine grid; a copy of length `bins`. */
  counts(sign: 'both' | 'positive' | 'negative'): BigInt64Array;
  /** |x| re-binned onto `bins` equal bins over [0, amax]; a fine bin's count is split over the bins that it overlaps. */
  rebin(bins: number): Float64Array;
}

/** How a threshold is searched; see native/core/thresholds.h for the definitions. */
export type ThresholdSearch =
  | { readonly method: 'minmax' }
  | { readonly method: 'mse'; readonly bits: number }
  | { readonly method: 'entropy'; readonly bits: number; readonly bins: number; readonly start: number; readonly stride: number }
  | { readonly method: 'percentile'; readonly percentile: number };

/** A searched threshold T: values are clipped to [-T, T]. */
export interface Threshold {
  readonly threshold: number;
  /** What the search minimized at T (mean squared error, KL divergence in nats); 0 where nothing was searched. */
  readonly loss: number;
}

/** An entropy search on a histogram that the caller made; for comparing with other implementations. */
export interface EntropyResult {
  /** Number of bins kept; the threshold is that many bin widths. */
  readonly index: number;
  /** KL(P‖Q) in nats at `index`. */
  readonly divergence: number;
  /** KL(P‖Q) of every candidate, `start` first. */
  readonly divergences: Float64Array;
}

/** INT8 weights with one scale per channel (or one in all). */
export interface QuantizedWeights {
  readonly data: Int8Array;
  /** Length: the channel count, or 1 per tensor. */
  readonly scales: Float32Array;
}

/** Target of a quantization: the integer range and its storage. */
export interface QuantizeOptions {
  readonly scale: Float32Array;
  /** One per scale; absent means 0. */
  readonly zeroPoint?: Int32Array;
  readonly dtype: 'int8' | 'uint8';
  /** Elements per scale entry when there are several: the data is [outer, scale.length, inner]. */
  readonly inner?: number;
}

/** What the addon exports. */
export interface NativeAddon {
  /** Version of the native surface; differs from {@link NATIVE_VERSION} when an old build lies about. */
  readonly surface: number;
  /** Instruction set that the kernels chose on this CPU: `avx512`, `avx2` or `portable`. */
  readonly instructionSet: string;
  /** Forces a kernel set, for tests; throws where the CPU lacks it. */
  useInstructionSet(name: 'avx512' | 'avx2' | 'portable'): void;
  readonly Statistics: {
    new (): NativeStatistics;
    deserialize(bytes: Uint8Array): NativeStatistics;
  };
  /** Accumulates tensor i of `data` into statistics i, on up to `threads` threads; returns when all is done. */
  accumulateAll(statistics: readonly NativeStatistics[], data: readonly Float32Array[], threads: number): void;
  /** Searches a threshold for each, off the JS thread, on up to `threads` threads. */
  searchThresholds(
    statistics: readonly NativeStatistics[],
    search: ThresholdSearch,
    threads: number,
  ): Promise<Threshold[]>;
  /** The entropy search on a ready histogram of |x| (counts of equal bins from 0). */
  searchEntropy(counts: Float64Array, bits: number, start: number, stride: number): EntropyResult;
  /**
   * Symmetric INT8 weights with range ±127 and scale amax/127 per channel (`channels` > 1: data is [outer, channels, inner]), off
   * the JS thread. A channel of zeros gets `floor` as its scale.
   */
  quantizeWeights(data: Float32Array, channels: number, inner: number, floor: number): Promise<QuantizedWeights>;
  /** QuantizeLinear: round half to even of x/scale + zero point, saturated. */
  quantizeLinear(data: Float32Array, options: QuantizeOptions): Int8Array | Uint8Array;
  /** DequantizeLinear: (q - zero point)·scale. */
  dequantizeLinear(data: Int8Array | Uint8Array, options: QuantizeOptions): Float32Array;
}

/** The surface that this TypeScript was written for. */
export const NATIVE_VERSION = 1;

let loaded: NativeAddon | undefined;

/**
 * The addon, loaded on first use.
 *
 * @throws CalibrtError `ERR_NATIVE_MISSING` where no prebuilt or compiled binary fits this machine.
 */
export function native(): NativeAddon {
  return (loaded ??= load());
}

/** Root of the installed package: where package.json, build/ and prebuilds/ are. */
export const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

function load(): NativeAddon {
  const require = createRequire(import.meta.url);
  let addon: NativeAddon;
  try {
    const nodeGypBuild = require('node-gyp-build') as (root: string) => unknown;
    addon = nodeGypBuild(packageRoot) as NativeAddon;
  } catch (cause) {
    throw new CalibrtError(
      'ERR_NATIVE_MISSING',
      `the native addon is not built for ${process.platform}-${process.arch}, Node ${process.version}. ` +
        `Run \`npm run install\` in ${packageRoot} (needs a C++20 compiler and CMake), or reinstall calibrt.`,
      { cause },
    );
  }
  if (addon.surface !== NATIVE_VERSION) {
    throw new CalibrtError(
      'ERR_NATIVE_MISSING',
      `the native addon is of surface ${addon.surface}, this calibrt needs ${NATIVE_VERSION}: run \`npm run install\` again.`,
    );
  }
  return addon;
}
