import type { LayerTime } from '../../backends/tensorrt/index.js';
import { medianInterval, type Interval } from '../../bench/bootstrap.js';
import { compareRounds, type Comparison } from '../../bench/comparison.js';
import { driftPercent } from '../../bench/drift.js';
import { figuresOf, gpuFigures, type Figures, type GpuFigures } from '../../bench/figures.js';
import { joinTimes, joinTraces } from '../../bench/join-traces.js';
import type { Layer, LayerSummary } from '../../bench/layers/layer.js';
import { summarizeLayers } from '../../bench/layers/summary.js';
import { medianOfSorted } from '../../bench/statistics.js';
import { judgeSteadiness, type Steadiness } from '../../bench/steadiness.js';
import type { InferenceTrace } from '../../bench/trace.js';
import type { NamedTensors } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import type { HostConditions } from './conditions.js';
import type { Contender, ProfiledRun, Round } from './contender.js';

/** A run compared with that of an earlier day. */
export interface BaselineComparison extends Comparison {
  /** What was otherwise then: `onnxruntime 1.29.0 then, 1.30.0 now`. */
  readonly differences: readonly string[];
}

/** One model's figures: what `calibrt bench --json` prints, and `--baseline` reads. Of the GPU's parts, a CPU has none. */
export interface BenchmarkReport extends Steadiness, Partial<Omit<GpuFigures, 'latencyMs'>> {
  /** What tells it from the others. */
  readonly label: string;
  /** Path of the model or plan. */
  readonly model: string;
  readonly backend: Contender['backend'];
  /** Name of the processor or GPU. */
  readonly device: string;
  /** `fp32`, `fp16`, `bf16`, `int8`; null for a plan, which does not tell. */
  readonly precision: string | null;
  /** Of each input. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Queries that count, of all rounds. */
  readonly queries: number;
  readonly warmUpQueries: number;
  /** Queries a second, rounds without the pauses between them. */
  readonly throughputQps: number;
  /** One query from its inputs to its outputs. */
  readonly latencyMs: Figures;
  /** 95 % confidence interval of the median latency, by a bootstrap over rounds; null for fewer than three rounds. */
  readonly medianCi95Ms: Interval | null;
  /** In order; round i of all models ran before round i + 1 of any. */
  readonly rounds: readonly { readonly queries: number; readonly medianMs: number }[];
  /** By how much the rounds became slower from the first to the last. */
  readonly driftPercent: number;
  /** Share of the processors that other processes took; null where it is not known or does not matter. */
  readonly otherLoadPercent: number | null;
  /** Seconds that the rounds took, without warm-up. */
  readonly walltimeS: number;
  /** Against the first model of the run; absent for that one. */
  readonly comparison?: Comparison;
  /** Against the same model in the run of `baseline`; absent where that has none. */
  readonly baseline?: BaselineComparison;
  /** With `profile`: the engine's layers, or ONNX Runtime's kernels, in the order of execution. */
  readonly layers?: readonly Layer[];
  /** With `profile`: which nodes ran in what. */
  readonly layerSummary?: LayerSummary;
  /** Why the figures may not say what they seem to. */
  readonly warnings: readonly string[];
  /** What was done otherwise than asked. */
  readonly notes: readonly string[];
  /** Versions, threads, affinity, clocks. */
  readonly conditions: HostConditions & Readonly<Record<string, unknown>>;
}

/** What `benchmark` gives of each model. */
export interface BenchmarkResult extends BenchmarkReport {
  /** The queries of all rounds, one round after the other. */
  readonly trace: InferenceTrace;
  /** With `profile`: the layers' times as trtexec exports them. */
  readonly profile?: { readonly iterations: number; readonly times: readonly LayerTime[] };
  /** With `outputs`. */
  readonly outputs?: NamedTensors;
}

/** What was measured of one model. */
export interface Measured {
  readonly contender: Contender;
  readonly rounds: readonly Round[];
  readonly profiled?: ProfiledRun | undefined;
}

/** The figures of one model. */
export function resultOf(
  { contender, rounds, profiled }: Measured,
  first: Measured,
  percentiles: readonly number[],
  host: HostConditions,
): BenchmarkResult {
  const { label, model, backend, device, precision, shapes, warnings, quantized, conditions } = contender;
  const times = joinTimes(rounds.map((round) => round.times));
  if (times.latency.length === 0) {
    throw new CalibrtError('ERR_USAGE', `${label}: no query counted: raise --duration or --iterations`);
  }
  const trace = joinTraces(rounds.map((round) => round.trace));
  const latencies = latenciesOf(rounds);
  const figures =
    backend === 'onnxruntime' ? { latencyMs: figuresOf(times.latency, percentiles) } : gpuFigures(times, percentiles);
  const medians = latencies.map((values) => (values.length === 0 ? NaN : medianOfSorted(values.slice().sort())));
  const interval = medianInterval(latencies);
  const drift = driftPercent(medians);
  const otherLoadPercent = meanLoad(rounds);
  const steadiness = judgeSteadiness({
    medianMs: figures.latencyMs.median,
    medianCi95Ms: interval,
    driftPercent: drift,
    otherLoadPercent: otherLoadPercent ?? undefined,
  });
  return {
    ...{ label, model, backend, device, precision, shapes },
    queries: times.latency.length,
    warmUpQueries: trace.warmUpQueries,
    throughputQps: (times.latency.length / trace.walltimeMs) * 1000,
    ...figures,
    medianCi95Ms: interval ?? null,
    rounds: latencies.map((values, round) => ({ queries: values.length, medianMs: medians[round]! })),
    driftPercent: drift,
    otherLoadPercent,
    ...steadiness,
    walltimeS: trace.walltimeMs / 1000,
    ...(contender === first.contender
      ? {}
      : {
          comparison: compareRounds(
            { label: first.contender.label, rounds: latenciesOf(first.rounds) },
            { label, rounds: latencies },
            true,
          ),
        }),
    ...(profiled === undefined ? {} : profileOf(profiled, quantized)),
    warnings,
    notes: [...new Set(rounds.flatMap(({ notes }) => notes))],
    conditions: { ...host, ...conditions },
    trace,
  };
}

const forExports: ReadonlySet<string> = new Set(['trace', 'profile', 'outputs']);

/** A result as JSON: without what only the exports are for. */
export function reportOf(result: BenchmarkResult): BenchmarkReport {
  const shown = Object.entries(result).filter(([name]) => !forExports.has(name));
  return Object.fromEntries(shown) as unknown as BenchmarkReport;
}

function profileOf(
  { layers, times, iterations, outputs }: ProfiledRun,
  quantized: readonly string[],
): Pick<BenchmarkResult, 'layers' | 'layerSummary' | 'profile' | 'outputs'> {
  return { layers, layerSummary: summarizeLayers(layers, quantized), profile: { iterations, times }, outputs };
}

function latenciesOf(rounds: readonly Round[]): Float32Array[] {
  return rounds.map(({ times }) => times.latency);
}

function meanLoad(rounds: readonly Round[]): number | null {
  const known = rounds.flatMap(({ otherLoadPercent }) => otherLoadPercent ?? []);
  return known.length === 0 ? null : known.reduce((sum, load) => sum + load, 0) / known.length;
}
