import type { MetricSpec } from '../../accuracy/index.js';
import { CalibrtError } from '../../errors.js';

/** How many values of an output are not finite, of how many. */
export interface NonFinite {
  readonly nan: number;
  readonly infinite: number;
  readonly values: number;
}

/** Counts what is not finite in an output, run by run. */
export class NonFiniteCounter {
  #nan = 0;
  #infinite = 0;
  #values = 0;

  add(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isFinite(value)) continue;
      if (Number.isNaN(value)) this.#nan++;
      else this.#infinite++;
    }
    this.#values += values.length;
  }

  /** `undefined` where all values are finite. */
  result(): NonFinite | undefined {
    const [nan, infinite] = [this.#nan, this.#infinite];
    return nan + infinite === 0 ? undefined : { nan, infinite, values: this.#values };
  }
}

/** Only those outputs that hold something that is not finite. */
export function nonFiniteOf(counters: ReadonlyMap<string, NonFiniteCounter>): Readonly<Record<string, NonFinite>> {
  const found = [...counters].map(([output, counter]) => [output, counter.result()] as const);
  return Object.fromEntries(found.flatMap(([output, values]) => (values === undefined ? [] : [[output, values]])));
}

/** `2 NaN and 238 infinite values (of 240)`. */
export function nonFiniteText({ nan, infinite, values }: NonFinite): string {
  const kinds = [...(nan > 0 ? [`${nan} NaN`] : []), ...(infinite > 0 ? [`${infinite} infinite`] : [])];
  return `${kinds.join(' and ')} ${nan + infinite === 1 ? 'value' : 'values'} (of ${values})`;
}

/** A metric's figure of the reference itself, which nothing can be measured by where it is not finite. */
export interface ReferenceFigure {
  readonly metric: MetricSpec;
  /** How reports call the metric. */
  readonly name: string;
  readonly figure: number;
  /** What errors call the reference. */
  readonly model: string;
  readonly outputs: readonly string[];
  readonly nonFinite: Readonly<Record<string, NonFinite>>;
}

/**
 * Refuses a metric by which the reference has no figure of its own. Infinity is one: the SQNR of a model and itself; and infinite scores
 * still have an order, so that classes which a model masks can be counted.
 *
 * @throws CalibrtError `ERR_DATA_NOT_FINITE` naming the outputs and how many values.
 */
export function checkReferenceFigure({ metric, name, figure, model, outputs, nonFinite }: ReferenceFigure): void {
  const isHits = metric.kind === 'top1' || metric.kind === 'top5';
  const isBroken = isHits ? (nonFinite[outputs[0] ?? '']?.nan ?? 0) > 0 : !(figure > -Infinity);
  if (!isBroken) return;
  const found = Object.entries(nonFinite).map(([output, values]) => `output ${output} holds ${nonFiniteText(values)}`);
  if (metric.kind === 'module' || found.length === 0) {
    throw notFinite(`the metric ${name} gave ${figure} for ${model} itself: make it return a finite number for it`);
  }
  const remedy = isHits ? '' : `, or judge a part that is finite, as in --metric ${metric.kind}:OUTPUT[SLICE]`;
  throw notFinite(
    `the metric ${name} cannot be judged, for ${model} itself is not finite: ${found.join(', ')}; mend the model${remedy}`,
  );
}

function notFinite(message: string): CalibrtError {
  return new CalibrtError('ERR_DATA_NOT_FINITE', message);
}
