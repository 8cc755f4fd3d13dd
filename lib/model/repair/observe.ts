import type { Model } from '../model.js';
import { Measures, type ChannelLayout } from './reduce.js';

/** A tensor whose channels are looked at. */
export interface ObservedTensor {
  readonly tensor: string;
  readonly layout: ChannelLayout;
}

/** A model whose outputs are measures. */
export interface MeasuringModel {
  readonly model: Model;
  /** Its outputs, in the order of what they measure. */
  readonly outputs: readonly string[];
}

/** A copy of the model that puts out the greatest magnitude of each channel of these tensors, and nothing else. */
export function observeChannels(model: Model, tensors: readonly ObservedTensor[]): MeasuringModel {
  const copy = model.clone();
  const measures = new Measures(copy);
  for (const { tensor, layout } of tensors) measures.channelMaxima(tensor, layout);
  return { model: copy, outputs: measures.apply() };
}
