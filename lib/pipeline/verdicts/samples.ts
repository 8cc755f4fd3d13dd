import type { ThresholdTrail } from '../../backends/onnxruntime/index.js';
import { isFloat } from '../../data/dtype.js';
import type { CapturedStatistics } from '../calibration/statistics.js';
import type { Verdict } from './verdict.js';

/** A threshold that moved less than this between half of the samples and all of them has settled. */
const SETTLED = 0.05;

/** The share of tensors that must have settled. */
const MOST_TENSORS = 0.95;

const FEW_SAMPLES = 8;

/** What the samples show: whether they are enough, repeat each other, and went into the network in a plausible range. */
export function sampleVerdicts(
  { observed, samples, firstSample }: CapturedStatistics,
  images: Readonly<Record<string, ImageScaling>>,
): Verdict[] {
  return [
    ...duplicateVerdict(observed.duplicates, samples),
    ...settledVerdict(observed.trail, samples),
    ...rangeVerdicts(floatsOf(observed.inputRanges, firstSample), images),
  ];
}

/** What was done to pixels: `none` where nobody asked for anything, `some` where they were scaled or are meant to be as they are. */
export type ImageScaling = 'none' | 'some';

function duplicateVerdict({ count, pairs }: CapturedStatistics['observed']['duplicates'], samples: number): Verdict[] {
  if (count === 0) return [];
  const [first] = pairs;
  const example = first === undefined ? '' : `, ${first[1]} and ${first[0]} among them`;
  return [
    {
      level: count > samples / 10 ? 'warning' : 'note',
      code: 'near-duplicates',
      subject: 'samples',
      message: `${count} of ${samples} are nearly the same as another${example}: they bring nothing new to a calibration`,
    },
  ];
}

function settledVerdict(trail: ThresholdTrail, samples: number): Verdict[] {
  const about = (level: Verdict['level'], code: Verdict['code'], message: string): Verdict[] => [
    { level, code, subject: 'samples', message },
  ];
  if (samples < FEW_SAMPLES) {
    return about('warning', 'few-samples', `${samples} are few: ranges hang on each of them; some hundred are usual`);
  }
  const last = trail.at(-1);
  if (last === undefined || trail.length < 2) return [];
  const moved = (look: ThresholdTrail[number]): number =>
    look.thresholds.reduce(
      (sum, value, i) => sum + Number(Math.abs(value - last.thresholds[i]!) > SETTLED * last.thresholds[i]!),
      0,
    );
  const tensors = last.thresholds.length;
  const settled = trail.slice(0, -1).find((look) => moved(look) <= tensors * (1 - MOST_TENSORS));
  if (settled !== undefined) {
    const message = `thresholds had settled after ${settled.samples} of ${samples}: more would change little`;
    return about('good', 'thresholds-settled', message);
  }
  const half = trail.at(-2)!;
  return about(
    'note',
    'thresholds-moving',
    `${moved(half)} of ${tensors} thresholds moved by more than ${SETTLED * 100} % between ${half.samples} and ${samples}: more samples ` +
      'would still change them',
  );
}

type Ranges = CapturedStatistics['observed']['inputRanges'];

/** Ranges without those of integers: ids and counts are no amounts, and a network of bytes scales its pixels itself. */
function floatsOf(ranges: Ranges, samples: CapturedStatistics['firstSample']): Ranges {
  return Object.fromEntries(Object.entries(ranges).filter(([name]) => isFloat(samples[name]?.dtype ?? 'float32')));
}

function rangeVerdicts(ranges: Ranges, images: Readonly<Record<string, ImageScaling>>): Verdict[] {
  return Object.entries(ranges).flatMap(([name, { min, max }]): Verdict[] => {
    const say = (message: string): Verdict[] => [
      { level: 'warning', code: 'input-range', subject: `input ${name}`, message },
    ];
    if (images[name] === 'none' && min >= 0 && max > 2) {
      return say(
        'pixels go in as 0 to 255; most networks want them scaled: see --preset (raw, where this is right), --mean and --std',
      );
    }
    if (images[name] !== undefined && max - min > 0 && max - min < 1 / 32) {
      return say(`all pixels lie between ${min.toPrecision(3)} and ${max.toPrecision(3)}: is something scaled twice?`);
    }
    if (max - min > 1e4)
      return say(`its values go from ${min.toPrecision(3)} to ${max.toPrecision(3)}: is it meant to be scaled?`);
    return [];
  });
}
