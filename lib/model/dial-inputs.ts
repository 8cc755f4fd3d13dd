/** Names of the inputs of a model with dials (see `addDials`): float32 vectors with one element per tensor. */
export const dialInputs = { steps: 'calibrt_steps', lows: 'calibrt_lows', highs: 'calibrt_highs' } as const;

/** How one tensor is quantized in a run: y = clip(round(x / step), low, high)·step. */
export interface Dial {
  readonly step: number;
  readonly low: number;
  readonly high: number;
}

/** What leaves a tensor bit for bit as it is: x / 2^-60 is exact, and has no fraction for any |x| above 2^-37. */
export const openDial: Dial = { step: 2 ** -60, low: -3e38, high: 3e38 };
