import { CalibrtError } from '../errors.js';
import { seededRandom, shuffledIndices } from './random.js';

/** Which samples to use. */
export interface SelectionOptions {
  /** Samples drawn in all, the holdout among them; default 500. */
  readonly limit?: number;
  /** Seed of the shuffle; default 0. The same seed and size draw the same samples on every machine. */
  readonly seed?: number;
  /** Samples of the draw kept out of calibration; default: {@link defaultHoldout}. */
  readonly holdout?: number;
}

/** A draw: two sets of indices without a common one, in drawn order. */
export interface Selection {
  readonly calibration: readonly number[];
  readonly holdout: readonly number[];
}

export const DEFAULT_LIMIT = 500;

/** A fifth of `drawn` samples, at least 1 and at most 64; 0 where there is only one sample to calibrate on. */
export function defaultHoldout(drawn: number): number {
  return drawn < 2 ? 0 : Math.min(64, Math.max(1, Math.round(drawn / 5)));
}

/**
 * Draws samples by a seeded shuffle of all of them, never the first ones: files are often sorted by class.
 *
 * @throws CalibrtError `ERR_USAGE` for a limit below 1, or a holdout that leaves nothing to calibrate on.
 */
export function selectSamples(size: number, options: SelectionOptions = {}): Selection {
  const { limit = DEFAULT_LIMIT, seed = 0 } = options;
  checkWhole('limit', limit, 1);
  checkWhole('seed', seed, 0, 2 ** 32 - 1);
  const drawn = Math.min(limit, size);
  const holdout = options.holdout ?? defaultHoldout(drawn);
  checkWhole('holdout', holdout, 0);
  if (holdout > 0 && holdout >= drawn) {
    throw new CalibrtError(
      'ERR_USAGE',
      `a holdout of ${holdout} leaves none of ${drawn} samples to calibrate on: use a smaller --holdout, or 0`,
    );
  }
  const order = shuffledIndices(size, seededRandom(seed)).slice(0, drawn);
  return { calibration: order.slice(0, drawn - holdout), holdout: order.slice(drawn - holdout) };
}

function checkWhole(option: string, value: number, least: number, greatest = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= least && value <= greatest) return;
  throw new CalibrtError(
    'ERR_USAGE',
    `--${option} must be a whole number from ${least} to ${greatest}, found ${value}`,
  );
}
