import type { NamedTensors } from './tensor.js';

/** Samples that go through the network together. */
export interface Batch {
  /** One per sample. */
  readonly names: readonly string[];
  /** Each input, the samples one after the other on axis 0. */
  readonly inputs: NamedTensors;
  /** Index of each sample's class; absent where none is known. */
  readonly labels?: readonly (number | undefined)[];
}
