import type { Interval } from './bootstrap.js';
import { EQUIVALENCE_PERCENT } from './comparison.js';

/** Other processes that take more of the processor than this disturb a measurement on it. */
const MOST_OTHER_LOAD_PERCENT = 10;

/** What is known of the circumstances of a run. */
export interface Circumstances {
  readonly medianMs: number;
  readonly medianCi95Ms: Interval | undefined;
  readonly driftPercent: number;
  /** Share of the processors that other processes took meanwhile; `undefined` where it is not known or does not matter. */
  readonly otherLoadPercent?: number | undefined;
}

/** Whether a run's median can be relied on. */
export interface Steadiness {
  /** False where the 95 % interval of the median is wider than ±3 %: differences of that size cannot be seen then. */
  readonly steady: boolean;
  /** What disturbed, or may have disturbed, the run, in sentences; may hold some although the run was steady. */
  readonly remarks: readonly string[];
}

/** Judges a run by how far its rounds agree, and names what may be the reason. */
export function judgeSteadiness(circumstances: Circumstances): Steadiness {
  const { medianMs, medianCi95Ms, driftPercent, otherLoadPercent = 0 } = circumstances;
  const half = medianCi95Ms === undefined ? undefined : ((medianCi95Ms[1] - medianCi95Ms[0]) / 2 / medianMs) * 100;
  const noisy = half !== undefined && half > EQUIVALENCE_PERCENT;
  const remarks: string[] = [];
  if (half === undefined) remarks.push('too few rounds to tell how far the median can be trusted: take three or more');
  if (noisy) {
    remarks.push(
      `too noisy to tell differences of ${EQUIVALENCE_PERCENT} %: the median is known to ±${half.toFixed(1)} % only; more rounds or a ` +
        'quieter machine would help',
    );
  }
  if (otherLoadPercent > MOST_OTHER_LOAD_PERCENT) {
    remarks.push(`other processes took ${otherLoadPercent.toFixed(0)} % of the processor meanwhile`);
  }
  if (Math.abs(driftPercent) > EQUIVALENCE_PERCENT) {
    const way = driftPercent > 0 ? 'slower' : 'faster';
    remarks.push(`became ${Math.abs(driftPercent).toFixed(1)} % ${way} from the first round to the last`);
  }
  return { steady: half !== undefined && !noisy, remarks };
}
