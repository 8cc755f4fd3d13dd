// A metric for `calibrt eval --metric examples/metrics/detections.mjs`: how far the candidate finds what the reference finds.
//
// For detectors with outputs `scores` [1, anchors, classes] (class 0 is background) and `boxes` [1, anchors, 4] (two corners). A
// detection is an anchor whose best class scores above LEAST_SCORE and that no better one of its class covers by more than NMS_IOU; two
// detections are one where they are of the same class and overlap by MATCH_IOU. The figure is F1, the reference's detections being
// the truth: 2·shared / (of the reference + of the candidate), over all samples; 1 where neither finds any.

const LEAST_SCORE = 0.7;
const NMS_IOU = 0.3;
const MATCH_IOU = 0.5;

/** What a network finds on one sample: `{ box, score, kind }`, the best first. */
export function detect({ scores, boxes }) {
  const classes = scores.shape.at(-1);
  const found = [];
  for (let anchor = 0; anchor < scores.data.length / classes; anchor++) {
    for (let kind = 1; kind < classes; kind++) {
      const score = scores.data[anchor * classes + kind];
      if (score > LEAST_SCORE) found.push({ score, kind, box: boxes.data.slice(4 * anchor, 4 * anchor + 4) });
    }
  }
  const kept = [];
  for (const each of found.sort((a, b) => b.score - a.score)) {
    if (!kept.some((other) => other.kind === each.kind && iou(other.box, each.box) > NMS_IOU)) kept.push(each);
  }
  return kept;
}

/** Pairs of detections that are one, the best overlap first, each in one pair at most. */
export function countShared(expected, found) {
  const pairs = expected
    .flatMap((a) => found.map((b) => ({ a, b, overlap: a.kind === b.kind ? iou(a.box, b.box) : 0 })))
    .filter(({ overlap }) => overlap >= MATCH_IOU)
    .sort((x, y) => y.overlap - x.overlap);
  const taken = new Set();
  let count = 0;
  for (const { a, b } of pairs) {
    if (taken.has(a) || taken.has(b)) continue;
    taken.add(a).add(b);
    count++;
  }
  return count;
}

function iou(a, b) {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = (box) => (box[2] - box[0]) * (box[3] - box[1]);
  return (width * height) / (area(a) + area(b) - width * height);
}

export default {
  create() {
    let [shared, all] = [0, 0];
    return {
      add({ reference, candidate }) {
        const [expected, found] = [detect(reference), detect(candidate)];
        shared += countShared(expected, found);
        all += expected.length + found.length;
      },
      result: () => (all === 0 ? 1 : (2 * shared) / all),
    };
  },
};
