import type { Flag } from '../command.js';

/** How accuracy is judged. */
export const metricFlag: Flag = {
  name: 'metric',
  type: 'string',
  value: 'METRIC',
  description:
    'what accuracy means: top1, top5, cosine, sqnr, either of OUTPUT[SLICE] (sqnr:scores[...,1]), or a module (FILE.mjs)',
};

/** How much of it may be lost. */
export const budgetFlags: readonly Flag[] = [
  metricFlag,
  {
    name: 'max-drop',
    type: 'number',
    value: 'X',
    description: "how far the metric may fall from FP32's: points of top-1, units of cosine",
  },
  {
    name: 'min',
    type: 'number',
    value: 'X',
    description: 'the least figure of the metric: dB of sqnr, per cent of top-1',
  },
];
