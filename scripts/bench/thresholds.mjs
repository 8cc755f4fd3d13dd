// How good our entropy thresholds are by the measure of NVIDIA's published search: `node scripts/bench/thresholds.mjs` after a build.
// For each tensor that test/fixtures/networks/reference-*.json describes: the divergence, on NVIDIA's histogram of 2,048 bins, of the
// threshold that our statistics of the same samples give, over the least divergence on that histogram.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { createCalibrator } from '../../dist/calibrators/index.js';
import { native } from '../../dist/lib/native.js';
import { openStudy } from './accuracy/study.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const preprocess = { pixelFormat: 'gray', preset: 'unit' };

for (const [name, options] of [
  ['demo', { preprocess }],
  ['second', {}],
]) {
  const reference = JSON.parse(readFileSync(path.join(root, `test/fixtures/networks/reference-${name}.json`), 'utf8'));
  report(name, await compare(reference, options));
}

async function compare(reference, options) {
  const study = await openStudy(path.join(root, reference.model), {
    data: path.join(root, reference.data),
    limit: reference.samples,
    ...options,
  });
  try {
    const statistics = await study.capture(study.indices);
    const theirs = reference.tensors.filter(({ name }) => statistics.has(name));
    const captured = theirs.map(({ name }) => statistics.get(name));
    const ranges = await createCalibrator('entropy').ranges(captured);
    return theirs.map((tensor, index) => judge(tensor, ranges[index].max, reference));
  } finally {
    await study.close();
  }
}

function judge({ name, amax, entropy, histogram }, threshold, { bins, startBin }) {
  const counts = Float64Array.from(
    new Uint32Array(Uint8Array.from(inflateSync(Buffer.from(histogram, 'base64'))).buffer),
  );
  const { divergences } = native().searchEntropy(counts, 8, startBin, 1);
  const kept = Math.min(bins, Math.max(startBin, Math.round((threshold / amax.max) * bins)));
  // Where the last bin kept is empty and the tail is not, the divergence is infinite; a bin to either side it need not be.
  const near = [0, 1, -1].map((step) => divergences[kept + step - startBin]).filter(Number.isFinite);
  const isInfinite = !Number.isFinite(divergences[kept - startBin]);
  const divergence = isInfinite ? Math.min(...near) : near[0];
  const ratio = divergence === entropy.divergence ? 1 : divergence / entropy.divergence;
  return { name, kept, theirs: entropy.bins, ratio, isInfinite };
}

function report(name, tensors) {
  const ratios = tensors.map(({ ratio }) => ratio).sort((a, b) => a - b);
  const infinite = tensors.filter(({ isInfinite }) => isInfinite).length;
  const equal = tensors.filter(({ kept, theirs }) => kept === theirs).length;
  console.log(`${name}: ${tensors.length} tensors, ${equal} of the same threshold`);
  console.log(
    `  divergence / least: min ${ratios[0].toFixed(4)}  median ${ratios[ratios.length >> 1].toFixed(4)}  max ${ratios.at(-1).toFixed(4)}` +
      `  (${infinite} infinite, taken a bin beside)`,
  );
  for (const tensor of tensors.filter(({ kept, theirs }) => kept !== theirs)) {
    console.log(`  ${tensor.name}: ${tensor.kept} bins, theirs ${tensor.theirs}, ratio ${tensor.ratio.toFixed(4)}`);
  }
}
