import { CalibrtError } from '../errors.js';
import { HitCounter } from './hits.js';
import { guardPass, loadMetricModule, type MetricPass } from './metric-module.js';
import { metricName, splitTarget, type MetricSpec } from './metric-spec.js';
import { MetricsAccumulator } from './metrics.js';
import { numbers } from './numbers.js';
import type { SamplePair } from './sample-pair.js';
import { parseSlice, sliceOffsets, type Slice } from './slice.js';

/** A metric that is ready to judge; keeps sums only, whatever the number of samples. */
export interface Metric {
  readonly name: string;
  /** Starts a pass over samples. */
  start(): MetricPass;
}

/**
 * Makes a metric ready for models with these outputs.
 *
 * @throws CalibrtError `ERR_USAGE` for an output that is not there, and a module that cannot be loaded.
 */
export async function openMetric(spec: MetricSpec, outputs: readonly string[]): Promise<Metric> {
  const name = metricName(spec);
  if (spec.kind === 'module') {
    const module = await loadMetricModule(spec.path);
    return { name, start: () => guardPass(module, spec.path) };
  }
  if (spec.kind === 'top1' || spec.kind === 'top5') {
    const { kind } = spec;
    return { name, start: () => hitPass(outputs[0]!, kind) };
  }
  const { kind, target } = spec;
  const parts = target === undefined ? outputs.map((output) => ({ output })) : [findPart(target, outputs)];
  return {
    name,
    start: () => {
      const passes = parts.map((part) => new PartPass(part, kind));
      return {
        add: (sample) => passes.forEach((pass) => pass.add(sample)),
        result: () => Math.min(...passes.map((pass) => pass.result())),
      };
    },
  };
}

/** An output, or the part of it that a metric looks at. */
interface Part {
  readonly output: string;
  readonly slice?: Slice;
}

function findPart(target: string, outputs: readonly string[]): Part {
  if (outputs.includes(target)) return { output: target };
  const { output, slice } = splitTarget(target);
  if (outputs.includes(output)) return { output, ...(slice === undefined ? {} : { slice: parseSlice(slice) }) };
  throw new CalibrtError('ERR_USAGE', `--metric names output ${output}; the model has ${outputs.join(', ')}`);
}

/** Pools cosine or SQNR over one part of the outputs. */
class PartPass {
  readonly #accumulator = new MetricsAccumulator();
  #offsets: { readonly shape: string; readonly values: Int32Array } | undefined;

  constructor(
    private readonly part: Part,
    private readonly kind: 'cosine' | 'sqnr',
  ) {}

  add({ reference, candidate }: SamplePair): void {
    const expected = reference[this.part.output]!;
    const [a, b] = [numbers(expected), numbers(candidate[this.part.output]!)];
    if (this.part.slice === undefined) {
      this.#accumulator.add(a, b, 1);
      return;
    }
    const offsets = this.#offsetsFor(this.part.slice, expected.shape);
    const pick = (values: ArrayLike<number>): Float64Array => Float64Array.from(offsets, (offset) => values[offset]!);
    this.#accumulator.add(pick(a), pick(b), 1);
  }

  result(): number {
    const { cosine, sqnrDb } = this.#accumulator.result();
    const value = this.kind === 'cosine' ? cosine : sqnrDb;
    // A candidate that puts out NaN is as bad as can be; it is no failure of the metric.
    return Number.isNaN(value) ? -Infinity : value;
  }

  #offsetsFor(slice: Slice, dims: readonly number[]): Int32Array {
    const shape = dims.join();
    if (this.#offsets?.shape !== shape) this.#offsets = { shape, values: sliceOffsets(slice, dims) };
    return this.#offsets.values;
  }
}

function hitPass(output: string, kind: 'top1' | 'top5'): MetricPass {
  const hits = new HitCounter(output);
  return {
    add: ({ name, label, candidate }) => hits.add(name, label, candidate),
    result: () => {
      if (hits.labelled > 0) return 100 * hits.shares[kind];
      throw new CalibrtError(
        'ERR_DATA_FORMAT',
        `--metric ${kind} needs labels, and no sample has one: give --labels FILE, or samples in subfolders named by class`,
      );
    },
  };
}
