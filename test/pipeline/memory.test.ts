import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli } from '../helpers/cli.js';
import { repository } from '../helpers/fixture.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-memory-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Peak resident memory, of the larger of the two processes, of a calibration of its own. */
async function peak(limit: number): Promise<number> {
  const args = ['calibrate', repository('demo/model.onnx'), '-o', join(folder, `${limit}.json`)];
  args.push('--data', repository('demo/calibration'), '--pixel-format', 'gray', '--preset', 'unit');
  const { status, stdout } = await cli([...args, '--limit', String(limit), '--json', '--quiet']);
  const result = JSON.parse(stdout) as { samples: number; peakRssMb: number };
  expect({ status, samples: result.samples }).toEqual({ status: 0, samples: limit });
  return result.peakRssMb;
}

it('memory does not grow with the number of samples', async () => {
  const few = await peak(20);
  expect(await peak(200)).toBeLessThan(1.05 * few + 16);
});
