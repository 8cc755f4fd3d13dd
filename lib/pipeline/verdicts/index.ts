/** Verdicts on samples, activations and weights: what is seen on the way of a calibration. */
export { judge, type Seen } from './judge.js';
export type { Verdict } from './verdict.js';
