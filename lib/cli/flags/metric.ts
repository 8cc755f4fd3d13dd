import type { Flag } from '../command.js';

/** How accuracy is judged. */
export const metricFlag: Flag = {
  name: 'metric',
  type: 'string',
  value: 'METRIC',
  description:
    'what accuracy means: top1, top5, cosine, sqnr, either of OUTPUT[SLICE] (sqnr:scores[...,1]), or a module (FILE.mjs)',
};
