import type { QuantizedWeight } from '../../model/index.js';
import type { Verdict } from './verdict.js';

/** A channel whose weights reach so many times the median channel's. */
const OUTLIER_RATIO = 16;

/** What the scales of the weights show: channels far above the others, which one scale per tensor would ruin. */
export function weightVerdicts(weights: readonly QuantizedWeight[]): Verdict[] {
  return weights.flatMap(({ tensor, scales }): Verdict[] => {
    if (scales.length < 4) return [];
    const sorted = [...scales].sort((a, b) => a - b);
    const median = sorted[sorted.length >> 1]!;
    const greatest = sorted.at(-1)!;
    if (greatest <= median * OUTLIER_RATIO) return [];
    const channel = scales.indexOf(greatest);
    const ratio = (greatest / median).toFixed(0);
    return [
      {
        level: 'note',
        code: 'weight-outlier',
        subject: `weights ${tensor}`,
        message: `channel ${channel} of ${scales.length} reaches ${ratio} times what the median channel does: keep one scale per channel`,
      },
    ];
  });
}
