import { CalibrtError } from '../errors.js';
import { HitCounter } from './hits.js';
import { jackknifeError, total } from './jackknife.js';
import { checkModuleFile, guardPass, loadMetricModule, type MetricPass } from './metric-module.js';
import { metricName, splitTarget, type MetricSpec } from './metric-spec.js';
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
        result: () => worst(passes).result(),
        standardError: () => worst(passes).standardError(),
      };
    },
  };
}

/**
 * Refuses, before any work, a metric that a model with these outputs cannot have.
 *
 * @throws CalibrtError `ERR_USAGE` for an output that is not there, and a module whose file is not.
 */
export function checkMetric(spec: MetricSpec, outputs: readonly string[]): void {
  if (spec.kind === 'module') checkModuleFile(spec.path);
  if ((spec.kind === 'cosine' || spec.kind === 'sqnr') && spec.target !== undefined) findPart(spec.target, outputs);
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

function worst(passes: readonly PartPass[]): PartPass {
  return passes.reduce((least, pass) => (pass.result() < least.result() ? pass : least));
}

/** Pools cosine or SQNR over one part of the outputs; four sums of every sample are kept. */
class PartPass {
  readonly #rows: (readonly number[])[] = [];
  #offsets: { readonly shape: string; readonly values: Int32Array } | undefined;

  constructor(
    private readonly part: Part,
    private readonly kind: 'cosine' | 'sqnr',
  ) {}

  add({ reference, candidate }: SamplePair): void {
    const expected = reference[this.part.output]!;
    const [a, b] = [numbers(expected), numbers(candidate[this.part.output]!)];
    const { slice } = this.part;
    const offsets = slice === undefined ? undefined : this.#offsetsFor(slice, expected.shape);
    this.#rows.push(moments(a, b, offsets));
  }

  result(): number {
    const value = this.#figure(total(this.#rows));
    // A candidate that puts out NaN is as bad as can be; it is no failure of the metric.
    return Number.isNaN(value) ? -Infinity : value;
  }

  standardError(): number {
    return jackknifeError(this.#rows, (sums) => this.#figure(sums));
  }

  #figure([signal = 0, candidate = 0, dot = 0, error = 0]: readonly number[]): number {
    if (this.kind === 'sqnr') return error === 0 ? Infinity : 10 * Math.log10(signal / error);
    const norms = Math.sqrt(signal) * Math.sqrt(candidate);
    return norms === 0 ? Number(signal === candidate) : dot / norms;
  }

  #offsetsFor(slice: Slice, dims: readonly number[]): Int32Array {
    const shape = dims.join();
    if (this.#offsets?.shape !== shape) this.#offsets = { shape, values: sliceOffsets(slice, dims) };
    return this.#offsets.values;
  }
}

/** Σ r², Σ c², Σ r·c and Σ (r - c)² of the elements at `offsets`, or of all. */
function moments(reference: ArrayLike<number>, candidate: ArrayLike<number>, offsets?: Int32Array): readonly number[] {
  let [signal, power, dot, error] = [0, 0, 0, 0];
  const count = offsets?.length ?? reference.length;
  for (let i = 0; i < count; i++) {
    const at = offsets ? offsets[i]! : i;
    const [r, c] = [reference[at]!, candidate[at]!];
    signal += r * r;
    power += c * c;
    dot += r * c;
    error += (r - c) * (r - c);
  }
  return [signal, power, dot, error];
}

function hitPass(output: string, kind: 'top1' | 'top5'): MetricPass {
  const hits = new HitCounter(output);
  const rows: number[][] = [];
  const share = ([found = 0, labelled = 0]: readonly number[]): number => (100 * found) / labelled;
  return {
    add: ({ name, label, candidate }) => {
      const before = hits.found[kind];
      hits.add(name, label, candidate);
      if (label !== undefined) rows.push([hits.found[kind] - before, 1]);
    },
    result: () => {
      if (hits.labelled > 0) return share(total(rows));
      throw new CalibrtError(
        'ERR_DATA_FORMAT',
        `--metric ${kind} needs labels, and no sample has one: give --labels FILE, or samples in subfolders named by class`,
      );
    },
    standardError: () => jackknifeError(rows, share),
  };
}
