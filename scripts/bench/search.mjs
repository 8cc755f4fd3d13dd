// What the searches cost: `node scripts/bench/search.mjs [threads]` after a build. Medians of several runs; nothing here is a test.
import { availableParallelism } from 'node:os';
import { native } from '../../dist/lib/native.js';

const runs = 9;
const threads = process.argv.length > 2 ? Number(process.argv[2]) : availableParallelism();
const addon = native();

function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

// ResNet-50's 69 activation tensors have three kinds: after ReLU, the sums before it, and the normalized image.
const kinds = [
  () => Math.max(0, normal()),
  () => Math.max(0, normal() * Math.exp(normal())),
  () => 0.3 + 2 * normal(),
  () => 4.4 * Math.random() - 2.1,
];
const statistics = Array.from({ length: 69 }, (_, i) => {
  const each = new addon.Statistics();
  const scale = Math.exp(i / 10 - 3);
  const draw = kinds[i % 10 < 6 ? 0 : i % 10 < 8 ? 1 : i % 10 < 9 ? 2 : 3];
  each.accumulate(Float32Array.from({ length: 200_000 }, () => scale * draw()));
  return each;
});

const searches = [
  { method: 'minmax' },
  { method: 'percentile', percentile: 99.99 },
  { method: 'mse', bits: 8 },
  { method: 'entropy', bits: 8, bins: 2048, start: 128, stride: 1 },
  { method: 'kld', bits: 8, variant: 'notes' },
];

async function median(run) {
  const times = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[runs >> 1];
}

const line = (name, ...milliseconds) =>
  console.log(`${name.padEnd(12)}${milliseconds.map((time) => time.toFixed(1).padStart(12)).join('')}`);

console.log(`69 tensors, ${threads} threads, median of ${runs} runs, ms`);
console.log(`${''.padEnd(12)}${'threshold'.padStart(12)}${'asymmetric'.padStart(12)}`);
for (const search of searches) {
  line(
    search.method,
    await median(() => addon.searchThresholds(statistics, search, threads)),
    await median(() => addon.searchAsymmetricRanges(statistics, search, threads)),
  );
}
const all = (find) =>
  median(async () => {
    for (const search of searches) await find(search);
  });
line(
  'all',
  await all((search) => addon.searchThresholds(statistics, search, threads)),
  await all((search) => addon.searchAsymmetricRanges(statistics, search, threads)),
);
