import {
  HitCounter,
  MetricsAccumulator,
  numbers,
  openMetric,
  samplePairs,
  type MetricPass,
  type MetricSpec,
  type SampleLabels,
} from '../../accuracy/index.js';
import type { NamedTensors, Tensor } from '../../data/tensor.js';
import { CalibrtError } from '../../errors.js';
import { ownRows } from './fixed-batch.js';
import { checkReferenceFigure, NonFiniteCounter, nonFiniteOf, nonFiniteText } from './non-finite.js';
import type { CompareResult, ComparedNames, MetricResult, SampleSource } from './protocol.js';

/** What is compared. */
export interface ComparisonSpec {
  readonly outputs: readonly string[];
  readonly metric?: MetricSpec | undefined;
  readonly names?: ComparedNames | undefined;
  /** Whether labels beyond the classes are an error, and not only a reason to count no hits. */
  readonly insistOnLabels: boolean;
}

/** Labels that the user gave, or that the metric needs, must fit; subfolders may be there for other reasons than classes. */
export function insistsOnLabels(source: SampleSource, metric: MetricSpec | undefined): boolean {
  const given = source.kind === 'dataset' && source.spec.labels !== undefined;
  return given || metric?.kind === 'top1' || metric?.kind === 'top5';
}

/** Pools how far a candidate's outputs are from the reference's, run by run; sums alone are kept. */
export class OutputComparison {
  readonly #metrics: ReadonlyMap<string, MetricsAccumulator>;
  readonly #nonFinite: Readonly<Record<keyof ComparedNames, ReadonlyMap<string, NonFiniteCounter>>>;
  readonly #labels: LabelCheck;
  #samples = 0;

  private constructor(
    private readonly spec: ComparisonSpec,
    private readonly judge: Judge | undefined,
    private readonly onWarning: (message: string) => void,
  ) {
    this.#metrics = new Map(spec.outputs.map((name) => [name, new MetricsAccumulator()]));
    const counters = (): Map<string, NonFiniteCounter> =>
      new Map(spec.outputs.map((name) => [name, new NonFiniteCounter()]));
    this.#nonFinite = { reference: counters(), candidate: counters() };
    this.#labels = new LabelCheck(spec, onWarning);
  }

  /** @throws CalibrtError `ERR_USAGE` for a metric that does not fit the outputs, or cannot be loaded. */
  static async open(spec: ComparisonSpec, onWarning: (message: string) => void): Promise<OutputComparison> {
    return new OutputComparison(spec, await openJudge(spec), onWarning);
  }

  get samples(): number {
    return this.#samples;
  }

  /**
   * Adds one run of both.
   *
   * @param size - Samples of the run, padding included; those that count are as many as there are names.
   */
  async add(batch: SampleLabels, expected: NamedTensors, actual: NamedTensors, size: number): Promise<void> {
    const count = batch.names.length;
    const rows = ({ dtype, ...tensor }: Tensor): ArrayLike<number> =>
      numbers({ dtype, data: ownRows({ dtype, ...tensor }, count, size) });
    checkSameShapes(expected, actual, this.spec);
    for (const [name, accumulator] of this.#metrics) {
      const [reference, candidate] = [rows(expected[name]!), rows(actual[name]!)];
      accumulator.add(reference, candidate, expected[name]!.shape.at(-1) ?? 1);
      this.#nonFinite.reference.get(name)!.add(reference);
      this.#nonFinite.candidate.get(name)!.add(candidate);
    }
    this.#samples += count;
    this.#labels.add(batch, expected, actual, size);
    if (this.judge === undefined) return;
    for (const pair of samplePairs(batch, expected, actual, size)) {
      await this.judge.reference.add({ ...pair, candidate: pair.reference });
      await this.judge.candidate.add(pair);
    }
  }

  /**
   * Warns of outputs that hold NaN or infinities, whose figures are not finite either.
   *
   * @throws CalibrtError `ERR_DATA_EMPTY` where nothing was added; `ERR_DATA_NOT_FINITE` where the metric has no figure of the reference.
   */
  async result(): Promise<Omit<CompareResult, 'skipped' | 'peakRssMb'>> {
    if (this.#samples === 0) throw new CalibrtError('ERR_DATA_EMPTY', 'there was no sample to compare the models on');
    const metric = this.judge && (await this.#figures(this.judge));
    this.#warnOfNonFinite();
    return {
      samples: this.#samples,
      outputs: Object.fromEntries([...this.#metrics].map(([name, accumulator]) => [name, accumulator.result()])),
      ...this.#labels.result(),
      ...(metric === undefined ? {} : { metric }),
    };
  }

  async #figures({ spec, name, ...passes }: Judge): Promise<MetricResult> {
    const reference = await passes.reference.result();
    const nonFinite = nonFiniteOf(this.#nonFinite.reference);
    const { outputs } = this.spec;
    const model = this.spec.names?.reference ?? 'the reference';
    checkReferenceFigure({ metric: spec, name, figure: reference, model, outputs, nonFinite });
    return { name, reference, candidate: await passes.candidate.result() };
  }

  #warnOfNonFinite(): void {
    const { reference = 'the reference', candidate = 'the candidate' } = this.spec.names ?? {};
    for (const output of this.spec.outputs) {
      const expected = this.#nonFinite.reference.get(output)!.result();
      const actual = this.#nonFinite.candidate.get(output)!.result();
      if (expected !== undefined) {
        const other = actual === undefined ? 'none' : nonFiniteText(actual);
        this.onWarning(
          `output ${output} of ${reference} holds ${nonFiniteText(expected)}, that of ${candidate} ${other}: its figures cannot tell how ` +
            'far the two are apart',
        );
      } else if (actual !== undefined) {
        this.onWarning(
          `output ${output} of ${candidate} holds ${nonFiniteText(actual)}, that of ${reference} none: its figures are as bad as can be`,
        );
      }
    }
  }
}

/** The metric that was asked for, of the reference itself and of the candidate. */
interface Judge {
  readonly spec: MetricSpec;
  readonly name: string;
  readonly reference: MetricPass;
  readonly candidate: MetricPass;
}

async function openJudge({ metric: spec, outputs }: ComparisonSpec): Promise<Judge | undefined> {
  if (spec === undefined) return undefined;
  const metric = await openMetric(spec, outputs);
  return { spec, name: metric.name, reference: metric.start(), candidate: metric.start() };
}

/** Models need not state what they put out, and elements of another order or another axis have nothing to do with each other. */
function checkSameShapes(expected: NamedTensors, actual: NamedTensors, { outputs, names }: ComparisonSpec): void {
  for (const name of outputs) {
    const [a, b] = [expected[name]!, actual[name]!];
    if (a.shape.join() === b.shape.join()) continue;
    throw new CalibrtError(
      'ERR_MODEL_UNSUPPORTED',
      `output ${name} of ${names?.candidate ?? 'the candidate'} is [${b.shape.join(', ')}], that of ${names?.reference ?? 'the reference'} is [${a.shape.join(', ')}]: only outputs of one ` +
        'shape can be compared',
    );
  }
}

/** Hits of both models on the first output, where samples have labels. */
class LabelCheck {
  readonly #reference: HitCounter;
  readonly #candidate: HitCounter;
  #off: boolean;

  constructor(
    private readonly spec: ComparisonSpec,
    private readonly onWarning: (message: string) => void,
  ) {
    const [output] = spec.outputs;
    this.#reference = new HitCounter(output ?? '');
    this.#candidate = new HitCounter(output ?? '');
    this.#off = output === undefined;
  }

  add(batch: SampleLabels, expected: NamedTensors, actual: NamedTensors, size: number): void {
    if (this.#off || batch.labels === undefined) return;
    const [output = ''] = this.spec.outputs;
    const first = (outputs: NamedTensors): NamedTensors => ({ [output]: outputs[output]! });
    try {
      for (const { name, label, reference, candidate } of samplePairs(batch, first(expected), first(actual), size)) {
        this.#reference.add(name, label, reference);
        this.#candidate.add(name, label, candidate);
      }
    } catch (error) {
      if (this.spec.insistOnLabels || !(error instanceof CalibrtError)) throw error;
      this.#off = true;
      this.onWarning(`top-1 and top-5 are left out: ${error.message}`);
    }
  }

  result(): Pick<CompareResult, 'labelled'> {
    const count = this.#reference.labelled;
    if (this.#off || count === 0) return {};
    return { labelled: { count, reference: this.#reference.shares, candidate: this.#candidate.shares } };
  }
}
