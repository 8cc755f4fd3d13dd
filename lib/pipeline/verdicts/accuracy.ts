import type { CompareResult } from '../../backends/onnxruntime/index.js';
import type { Verdict } from './verdict.js';

/** FP32 that finds fewer labels than this is not a trained network on its own data. */
const POOR = 0.5;

const FEWEST = 20;

/**
 * SQNR in dB below which an output is lost. At 10 dB the error has a tenth of the output's power, so its values are off by a third of
 * their size (root mean square); at 0 dB an output of zeros would be as good. INT8 that works has 20 dB and more.
 */
const LOST_DB = 10;

/** Outputs of which INT8 leaves little; without this a run that made noise of an output would end as any other. */
export function outputVerdicts(outputs: CompareResult['outputs'] = {}): Verdict[] {
  return Object.entries(outputs).flatMap(([name, { sqnrDb }]): Verdict[] => {
    // NaN, of an output that is not finite, is below nothing.
    if (sqnrDb >= LOST_DB) return [];
    return [
      {
        level: 'warning',
        code: 'output-lost',
        subject: `output ${name}`,
        message:
          `has an SQNR of ${sqnrDb.toFixed(1)} dB against FP32, and below ${LOST_DB} dB little of it is left: see \`calibrt lint\` and ` +
          '`calibrt sensitivity` for the layers that cost it, compare methods (--method) and runtimes (--for), and leave those layers ' +
          'out with --exclude, or with --auto and a budget',
      },
    ];
  });
}

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
