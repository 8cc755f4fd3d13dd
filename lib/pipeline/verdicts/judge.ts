import type { CompareResult } from '../../backends/onnxruntime/index.js';
import type { PreprocessSpec } from '../../data/index.js';
import type { QuantizedWeight } from '../../model/index.js';
import type { DrawnSamples, SampleOptions } from '../calibration/samples.js';
import type { CapturedStatistics } from '../calibration/statistics.js';
import { accuracyVerdicts } from './accuracy.js';
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
}

/** All verdicts on a run. */
export async function judge({ captured, samples, preprocess, weights, labelled }: Seen): Promise<Verdict[]> {
  return [
    ...(captured ? sampleVerdicts(captured, scaling(samples, preprocess)) : []),
    ...accuracyVerdicts(labelled),
    ...(captured ? await tensorVerdicts(captured.statistics) : []),
    ...weightVerdicts(weights ?? []),
  ];
}

/** Whether somebody said what becomes of the pixels; samples that are no images have no preprocessing. */
function scaling(samples: DrawnSamples | null | undefined, preprocess: PreprocessSpec = {}): ImageScaling {
  if (samples?.preprocessing == null) return 'no images';
  const { preset, mean, std, scale } = preprocess;
  return [preset, mean, std, scale].every((given) => given === undefined) ? 'none' : 'some';
}
