// What each repair of `quantize` gains on samples that took no part: `node scripts/bench/repairs.mjs [--only NAME] [--splits N]`, on the networks of
// accuracy.mjs: the demo, the depthwise network (by channel, and with one scale per weight), the second classifier, and the face detector where
// it is at hand. TensorRT's form, medians over the splits.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { evaluate, quantize } from '../../dist/lib/index.js';
import { builtIn } from './accuracy/networks.mjs';

const repairs = {
  none: {},
  '--equalize': { equalize: true },
  '--bias-correction': { biasCorrection: true },
  '--equalize --bias-correction': { equalize: true, biasCorrection: true },
  '--tune 20': { tune: 20 },
  '--method entropy': { method: 'entropy' },
  '--method entropy --tune 20': { method: 'entropy', tune: 20 },
};
const string = { type: 'string' };
const { values: options } = parseArgs({ options: { only: string, splits: { ...string, default: '1' } } });
const folder = mkdtempSync(path.join(tmpdir(), 'calibrt-repairs-'));
try {
  const networks = builtIn().flatMap((network) =>
    network.name === 'depthwise'
      ? [network, { ...network, name: 'depthwise, one scale per weight', weights: 'per-tensor' }]
      : [network],
  );
  for (const network of networks.filter(({ name }) => options.only === undefined || name === options.only)) {
    await table(network, Number(options.splits));
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function table(network, splits) {
  const target = network.targets?.[0] ?? 'logits';
  console.log(`\n### ${network.name}\n`);
  console.log(`| | SQNR of \`${target}\`, dB | kept |\n| --- | ---: | --- |`);
  for (const [name, repair] of Object.entries(repairs)) {
    const runs = [];
    for (let seed = 0; seed < splits; seed++) runs.push(await run(network, repair, seed, target));
    const db = runs.map((each) => each.db).sort((a, b) => a - b);
    const kept = runs.flatMap((each) => each.kept);
    const count = (what) => `${what} ${kept.filter((each) => each === what).length} of ${splits}`;
    console.log(`| ${name} | ${db[splits >> 1].toFixed(1)} | ${[...new Set(kept)].map(count).join(', ')} |`);
  }
}

async function run({ model, calibration, test, sizes, weights }, repair, seed, target) {
  const isShared = calibration.data === test.data;
  const output = path.join(folder, 'int8.onnx');
  const { repairs: done = [], verify } = await quantize(model, output, {
    ...calibration,
    ...repair,
    seed,
    metric: `sqnr:${target}`,
    limit: isShared ? sizes[0] + sizes[1] : sizes[0],
    holdout: isShared ? sizes[1] : 0,
    ...(weights && { weights }),
  });
  const metric = `sqnr:${target}`;
  const judged = verify ?? (await evaluate(model, output, { ...test, limit: sizes[1], seed, metric }));
  return { db: judged.metric.candidate, kept: done.filter(({ kept }) => kept).map(({ repair: name }) => name) };
}
