// How long a ranking takes: `node scripts/bench/sensitivity.mjs` ranks the ResNet-50 topology with random weights on 32 images of 224×224,
// and prints the time by phase and the CPU time of both processes (Linux), which tells how much of the time other work took.
//
// --samples N (32): samples that judge.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { sensitivity } from '../../dist/lib/index.js';
import { resnet50 } from '../fixtures/resnet50.mjs';
import { writeImages } from './images.mjs';

const { values } = parseArgs({ options: { samples: { type: 'string', default: '32' } } });
const count = Number(values.samples);
const folder = mkdtempSync(path.join(tmpdir(), 'calibrt-ranking-'));
try {
  await writeImages(folder, count, 224);
  const model = await resnet50();
  const [load] = loadavg();
  const [started, cpu] = [performance.now(), cpuSeconds()];
  const options = { data: folder, preprocess: { preset: 'imagenet' }, limit: count, samples: count };
  const { layers, samples, timings } = await sensitivity(model, options);
  const wall = (performance.now() - started) / 1000;
  console.log(`${layers.length} nodes, each alone and all but it, on ${samples} samples`);
  for (const [phase, ms] of Object.entries(timings)) console.log(`  ${phase.padEnd(12)} ${(ms / 1000).toFixed(1)} s`);
  console.log(`in all ${wall.toFixed(0)} s, ${(cpuSeconds() - cpu).toFixed(0)} s of CPU time`);
  console.log(`${availableParallelism()} cores, load ${load.toFixed(1)} before, ${loadavg()[0].toFixed(1)} after`);
} finally {
  rmSync(folder, { recursive: true });
}

/** Of this process and of children that have ended. */
function cpuSeconds() {
  // The name in brackets may hold blanks; user, system and the children's two follow it as fields 14 to 17, in hundredths of a second.
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
}
