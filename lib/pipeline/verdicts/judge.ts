import type { CompareResult } from '../../backends/onnxruntime/index.js';
import type { PreprocessSpec } from '../../data/index.js';
import type { QuantizedWeight } from '../../model/index.js';
import type { DrawnSamples, SampleOptions } from '../calibration/samples.js';
import type { CapturedStatistics } from '../calibration/statistics.js';
import { accuracyVerdicts, outputVerdicts } from './accuracy.js';
import { leftOutVerdicts } from './left-out.js';
import { sampleVerdicts, type ImageScaling } from './samples.js';
import { tensorVerdicts } from './tensors.js';
import type { Verdict } from './verdict.js';
import { weightVerdicts } from './weights.js';

/** What a run has seen; what it has not seen gives no verdict. */
export interface Seen {
  readonly captured?: CapturedStatistics | undefined;
  readonly samples?: DrawnSamples | null;
  readonly preprocess?: SampleOptions['preprocess'] | undefined;
  readonly weights?: readonly QuantizedWeight[];
  readonly labelled?: CompareResult['labelled'] | undefined;
  /** How far each output is from FP32's. */
  readonly outputs?: CompareResult['outputs'] | undefined;
}

/** All verdicts on a run; those on its outcome first, for a terminal shows but a few. */
export async function judge({ captured, samples, preprocess, weights, labelled, outputs }: Seen): Promise<Verdict[]> {
  return [
    ...outputVerdicts(outputs),
    ...(samples ? await leftOutVerdicts(samples) : []),
    ...(captured ? sampleVerdicts(captured, scaling(samples, preprocess)) : []),
    ...accuracyVerdicts(labelled),
    ...(captured ? await tensorVerdicts(captured.statistics) : []),
    ...weightVerdicts(weights ?? []),
  ];
}

/** By input, whether somebody said what becomes of its pixels; other inputs than those that images feed have no preprocessing. */
function scaling(
  samples: DrawnSamples | null | undefined,
  { preset, mean, std, scale }: PreprocessSpec = {},
): Readonly<Record<string, ImageScaling>> {
  const asked = [preset, mean, std, scale].every((given) => given === undefined) ? 'none' : 'some';
  return Object.fromEntries(Object.keys(samples?.preprocessing ?? {}).map((input) => [input, asked]));
}
