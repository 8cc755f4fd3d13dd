import { findLeftOut } from '../../data/index.js';
import type { DrawnSamples } from '../calibration/samples.js';
import type { Verdict } from './verdict.js';

/** More than this share of the files that were taken is a warning: a list of labels or a licence beside the images is none. */
const MANY = 0.25;

/** Whether folders hold files that took no part: deeper ones, or of kinds that are not read. */
export async function leftOutVerdicts({ calibration }: DrawnSamples): Promise<Verdict[]> {
  if (calibration.kind !== 'dataset') return [];
  const verdicts: Verdict[] = [];
  for (const { path } of calibration.spec.sources) {
    // The samples have been read: a folder that is gone since, or a source that is a file, has nothing to tell.
    const leftOut = await findLeftOut(path).catch(() => undefined);
    if (leftOut === undefined || leftOut.count === 0) continue;
    const { taken, count, found } = leftOut;
    verdicts.push({
      level: count > taken * MANY ? 'warning' : 'note',
      code: 'files-left-out',
      subject: 'samples',
      message: `${path} gave ${taken} file${taken === 1 ? '' : 's'}; left out were ${found}: move or convert them, or name the files in a .txt list`,
    });
  }
  return verdicts;
}
