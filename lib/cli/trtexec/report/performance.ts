import { queryTimes } from '../../../bench/query-times.js';
import { metricStatistics, type MetricStatistics } from '../../../bench/statistics.js';
import type { InferenceTrace } from '../../../bench/trace.js';
import type { TensorRtFlavour } from '../../../native.js';
import { formatNumber } from '../format-number.js';
import { traceLines } from './trace-lines.js';

const f = Math.fround;

/** What decides how a run is reported. */
export interface PerformanceOptions {
  readonly warmUpMs: number;
  readonly avgRuns: number;
  readonly percentiles: readonly number[];
  readonly streams: number;
  /** Whose words the advice uses: defaults changed with 11. */
  readonly flavour: TensorRtFlavour;
}

/** A line and its level: I, W or V. */
export type ReportLine = readonly [letter: 'I' | 'W' | 'V', text: string];

/** The report of a run: how many queries, the trace's averages, the summary, and what is suspicious. */
export function performanceReport(trace: InferenceTrace, options: PerformanceOptions): ReportLine[] {
  const times = queryTimes(trace);
  const count = times.compute.length;
  const wallS = f(f(trace.walltimeMs) / 1000);
  const lines: ReportLine[] = [
    ['I', `Warmup completed ${trace.warmUpQueries} queries over ${formatNumber(options.warmUpMs)} ms`],
    ['I', `Timing trace has ${count} queries over ${formatNumber(wallS)} s`],
  ];
  if (count === 0) return [...lines, ['W', '* No query began after the warm-up: raise --duration or --iterations.']];
  const of = (values: Float32Array): MetricStatistics => metricStatistics(values, options.percentiles);
  const statistics = {
    latency: of(times.latency),
    enqueue: of(times.enqueue),
    h2d: of(times.h2d),
    compute: of(times.compute),
    d2h: of(times.d2h),
  };
  const metric = (name: string, values: MetricStatistics): ReportLine => [
    'I',
    `${name}: ${metricText(values, options.percentiles)}`,
  ];
  const throughput = f(f(count / f(trace.walltimeMs)) * 1000);
  return [
    ...lines,
    ...traceLines(times, options.avgRuns).map((text): ReportLine => ['I', text]),
    ['I', ''],
    ['I', '=== Performance summary ==='],
    ['I', `Throughput: ${formatNumber(throughput)} qps`],
    metric('Latency', statistics.latency),
    metric('Enqueue Time', statistics.enqueue),
    metric('H2D Latency', statistics.h2d),
    metric('GPU Compute Time', statistics.compute),
    metric('D2H Latency', statistics.d2h),
    ['I', `Total Host Walltime: ${formatNumber(wallS)} s`],
    ['I', `Total GPU Compute Time: ${formatNumber(f(f(statistics.compute.mean * count) / 1000))} s`],
    ...suspicions(statistics, options),
    ['I', 'Explanations of the performance metrics are printed in the verbose logs.'],
    ...explanations,
    ['I', ''],
  ];
}

function metricText(values: MetricStatistics, percentiles: readonly number[]): string {
  const parts = [
    ['min', values.min],
    ['max', values.max],
    ['mean', values.mean],
    ['median', values.median],
    ...percentiles.map((p, index) => [`percentile(${formatNumber(p)}%)`, values.percentiles[index]!] as const),
  ] as const;
  return parts.map(([name, value]) => `${name} = ${formatNumber(value)} ms`).join(', ');
}

type Suspects = Readonly<Record<'enqueue' | 'h2d' | 'compute' | 'd2h', MetricStatistics>>;

function suspicions({ enqueue, h2d, compute, d2h }: Suspects, { flavour, streams }: PerformanceOptions): ReportLine[] {
  const old = flavour === '10';
  const found: [boolean, ...string[]][] = [
    [
      enqueue.median > f(f(0.8) * compute.median),
      '* Throughput may be bound by Enqueue Time rather than GPU Compute and the GPU may be under-utilized.',
      old ? '  --useCudaGraph may help where it is not in use yet.' : '  Leaving out --noCudaGraph may help.',
    ],
    ...(
      [
        [h2d, 'host-to-device transfers for the inputs'],
        [d2h, 'device-to-host transfers for the outputs'],
      ] as const
    ).map(([values, what]): [boolean, ...string[]] => [
      values.median >= compute.median,
      `* Throughput may be bound by ${what} rather than GPU Compute and the GPU may be under-utilized.`,
      old ? '  --noDataTransfers leaves transfers out.' : '  Leaving out --includeDataTransfers leaves transfers out.',
    ]),
    [
      compute.cvPercent > 2.5,
      `* GPU compute time is unstable, with coefficient of variance = ${formatNumber(compute.cvPercent)}%.`,
      `  Locked GPU clocks${old ? ' or --useSpinWait' : ''} may improve the stability.`,
    ],
    [
      streams > 1,
      '* Multiple inference streams are used. Latencies may not be accurate since inferences may run in parallel. ' +
        'Use "Throughput" instead.',
    ],
  ];
  return found.flatMap(([holds, ...texts]) => (holds ? texts.map((text): ReportLine => ['W', text]) : []));
}

const explanations: readonly ReportLine[] = [
  '',
  '=== Explanations of the performance metrics ===',
  'Total Host Walltime: from the start of the first query that counts to the end of the last.',
  'GPU Compute Time: what the GPU takes for the kernels of a query.',
  'Total GPU Compute Time: the sum of GPU Compute Time over all queries. Far below Total Host Walltime, the GPU waits for the host ' +
    'or for transfers.',
  'Throughput: queries divided by Total Host Walltime. Far below the reciprocal of GPU Compute Time, likewise.',
  'Enqueue Time: what the host takes to enqueue a query. Above GPU Compute Time, the GPU waits for the host.',
  'H2D Latency: the transfer of the inputs of a query to the GPU.',
  'D2H Latency: the transfer of the outputs of a query from the GPU.',
  'Latency: H2D Latency, GPU Compute Time and D2H Latency of a query together.',
].map((text) => ['V', text]);
