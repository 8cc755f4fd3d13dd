import type { CompareResult } from '../../backends/onnxruntime/index.js';
import type { Verdict } from './verdict.js';

/** FP32 that finds fewer labels than this is not a trained network on its own data. */
const POOR = 0.5;

const FEWEST = 20;

/** Whether the FP32 network itself finds the labels: where it does not, preprocessing or labels are wrong, not INT8. */
export function accuracyVerdicts(labelled: CompareResult['labelled']): Verdict[] {
  if (labelled === undefined || labelled.count < FEWEST || labelled.reference.top1 >= POOR) return [];
  return [
    {
      level: 'warning',
      code: 'labels-or-preprocessing',
      subject: 'labels',
      message:
        `the FP32 network itself finds ${(labelled.reference.top1 * 100).toFixed(1)} % of the labels: check the preprocessing (mean, std, ` +
        'rgb or bgr) and the numbering of the classes before judging INT8',
    },
  ];
}
