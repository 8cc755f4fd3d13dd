// Peak memory of a calibration against the number of samples: `node scripts/bench/memory.mjs [MODEL...]`; default: the demo
// network and a ResNet-50 topology. Each figure is the largest resident set of the parent and the child process of a run of its own.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resnet50 } from '../fixtures/resnet50.mjs';
import { writeImages } from './images.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const models = process.argv.length > 2 ? process.argv.slice(2) : [join(root, 'demo/model.onnx'), await resnet50()];
const folder = await mkdtemp(join(tmpdir(), 'calibrt-memory-'));
try {
  await writeImages(join(folder, 'images'), 200, 224);
  console.log('model, MB at 20 samples, MB at 200 samples, ratio');
  for (const model of models) {
    const [few, many] = [20, 200].map((limit) => peak(model, limit));
    console.log(`${basename(model)}, ${few.toFixed(0)}, ${many.toFixed(0)}, ${(many / few).toFixed(3)}`);
  }
} finally {
  await rm(folder, { recursive: true });
}

function peak(model, limit) {
  const args = ['calibrate', model, '-o', join(folder, 'table.json'), '--data', join(folder, 'images')];
  args.push('--limit', String(limit), '--preset', 'unit', '--json', '--quiet');
  const output = execFileSync(process.execPath, [join(root, 'dist/lib/cli/main.js'), ...args], { encoding: 'utf8' });
  return JSON.parse(output).peakRssMb;
}
