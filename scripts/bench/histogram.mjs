// What the native statistics cost: `node scripts/bench/histogram.mjs` after a build. Medians of several runs; nothing here is a test.
import { availableParallelism } from 'node:os';
import { native } from '../../dist/lib/native.js';

const addon = native();
const chosen = addon.instructionSet;
const runs = 7;

function median(run) {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[runs >> 1];
}

function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

const length = 4_000_000;
const data = {
  gaussian: Float32Array.from({ length }, normal),
  relu: Float32Array.from({ length }, () => Math.max(0, normal())),
  relu6: Float32Array.from({ length }, () => Math.min(6, Math.max(0, 4 * normal()))),
  'heavy tail': Float32Array.from({ length }, () => normal() ** 3),
  constant: new Float32Array(length).fill(1.5),
  zeros: new Float32Array(length),
};

console.log('accumulate, one core, G elements/s');
for (const set of ['avx512', 'avx2', 'portable']) {
  try {
    addon.useInstructionSet(set);
  } catch {
    continue;
  }
  const speeds = Object.entries(data).map(([name, values]) => {
    const milliseconds = median(() => new addon.Statistics().accumulate(values));
    return `${name} ${(length / milliseconds / 1e6).toFixed(2)}`;
  });
  console.log(`  ${set.padEnd(8)} ${speeds.join('  ')}`);
}
addon.useInstructionSet(chosen);

// The shapes of ResNet-50's activations at 224x224: sixteen blocks and the stem, 69 tensors in all.
const sizes = Array.from({ length: 69 }, (_, i) => [802_816, 200_704, 401_408, 100_352, 50_176][i % 5]);
const tensors = sizes.map((size, i) => (i % 3 === 0 ? data.gaussian : data.relu).subarray(i, i + size));
const elements = sizes.reduce((sum, size) => sum + size, 0);
console.log(`accumulateAll, 69 tensors, ${(elements / 1e6).toFixed(1)} M elements (one image)`);
for (const threads of new Set([1, availableParallelism()])) {
  const statistics = tensors.map(() => new addon.Statistics());
  console.log(`  ${threads} threads: ${median(() => addon.accumulateAll(statistics, tensors, threads)).toFixed(1)} ms`);
}

const statistics = tensors.map(() => new addon.Statistics());
addon.accumulateAll(statistics, tensors, availableParallelism());
console.log(`search, 69 tensors, ${availableParallelism()} threads`);
const searches = [
  { method: 'minmax' },
  { method: 'percentile', percentile: 99.99 },
  { method: 'mse', bits: 8 },
  { method: 'entropy', bits: 8, bins: 2048, start: 128, stride: 1 },
];
for (const search of searches) {
  const start = performance.now();
  await addon.searchThresholds(statistics, search, availableParallelism());
  console.log(`  ${search.method}: ${(performance.now() - start).toFixed(1)} ms`);
}

const bytes = statistics.map((each) => each.serialize());
const size = bytes.reduce((sum, each) => sum + each.length, 0);
console.log(
  `serialize, 69 tensors: ${(size / 1024).toFixed(0)} KiB in ${median(() => statistics.map((each) => each.serialize())).toFixed(1)} ms`,
);
