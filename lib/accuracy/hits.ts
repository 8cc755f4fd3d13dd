import type { NamedTensors } from '../data/tensor.js';
import { CalibrtError } from '../errors.js';
import { isInTop } from './metrics.js';
import { numbers } from './numbers.js';

/** Counts labelled samples whose class an output finds. */
export class HitCounter {
  #labelled = 0;
  #top1 = 0;
  #top5 = 0;

  /** @param output - The classes' scores; all of a sample's elements are one row. */
  constructor(private readonly output: string) {}

  get labelled(): number {
    return this.#labelled;
  }

  /** Hits so far. */
  get found(): { readonly top1: number; readonly top5: number } {
    return { top1: this.#top1, top5: this.#top5 };
  }

  /** Shares of the labelled samples, 0 to 1. */
  get shares(): { readonly top1: number; readonly top5: number } {
    return { top1: this.#top1 / this.#labelled, top5: this.#top5 / this.#labelled };
  }

  /**
   * Counts one sample; one without a label is passed over.
   *
   * @throws CalibrtError `ERR_DATA_FORMAT` for a label beyond the classes.
   */
  add(name: string, label: number | undefined, outputs: NamedTensors): void {
    if (label === undefined) return;
    const values = numbers(outputs[this.output]!);
    if (label >= values.length) {
      throw new CalibrtError(
        'ERR_DATA_FORMAT',
        `sample ${name} has label ${label}, but output ${this.output} has ${values.length} classes, 0 to ${values.length - 1}: ` +
          'the labels (--labels, or the names of the subfolders) are not those of this model',
      );
    }
    this.#labelled++;
    if (isInTop(values, 0, values.length, label, 1)) this.#top1++;
    if (isInTop(values, 0, values.length, label, 5)) this.#top5++;
  }
}
