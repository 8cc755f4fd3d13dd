import type { TrtexecArguments } from '../arguments.js';
import { parseFloat32 } from '../numbers.js';
import { ArgumentProblem } from '../problems.js';
import { splitList } from './specs.js';

/** What the reporting flags say; files are undefined where not asked for. */
export interface ReportingSettings {
  readonly verbose: boolean;
  readonly avgRuns: number;
  readonly percentiles: readonly number[];
  readonly dumpOutput: boolean;
  readonly dumpRawBindings: boolean;
  readonly dumpProfile: boolean;
  readonly dumpLayerInfo: boolean;
  readonly dumpOptimizationProfile: boolean;
  readonly exportTimes: string | undefined;
  readonly exportOutput: string | undefined;
  readonly exportProfile: string | undefined;
  readonly exportLayerInfo: string | undefined;
}

/**
 * Reads the reporting flags.
 *
 * @throws ArgumentProblem where a value is wrong.
 */
export function readReportingSettings(args: TrtexecArguments): ReportingSettings {
  const file = (name: string): string | undefined => args.text(name) || undefined;
  const percentiles = splitList(args.text('--percentile') || '90,95,99', ',').map((p) =>
    parseFloat32('--percentile', p),
  );
  const wrong = percentiles.find((p) => !(p >= 0 && p <= 100));
  if (wrong !== undefined) throw new ArgumentProblem(`Percentile ${wrong} is not in [0,100]`);
  const avgRuns = args.integer('--avgRuns');
  if (avgRuns < 1) throw new ArgumentProblem(`--avgRuns is ${avgRuns}: give 1 or more`);
  return {
    verbose: args.has('--verbose'),
    avgRuns,
    percentiles,
    dumpOutput: args.has('--dumpOutput'),
    dumpRawBindings: args.has('--dumpRawBindingsToFile'),
    dumpProfile: args.has('--dumpProfile'),
    dumpLayerInfo: args.has('--dumpLayerInfo'),
    dumpOptimizationProfile: args.has('--dumpOptimizationProfile'),
    exportTimes: file('--exportTimes'),
    exportOutput: file('--exportOutput'),
    exportProfile: file('--exportProfile'),
    exportLayerInfo: file('--exportLayerInfo'),
  };
}
