import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEngine } from '#lib/backends/tensorrt/index.js';
import { build } from '../model/build.js';
import { doubleEnvironment, useDouble, withoutBridge } from '../support/double.js';
import { fold } from './networks.js';

const run = promisify(execFile);
const child = fileURLToPath(new URL('./children/memory.mjs', import.meta.url));

describe.each(['10', '11'] as const)('the double of TensorRT %s', (flavour) => {
  const without = withoutBridge(flavour);
  describe.skipIf(without !== '')(`tells V8 of GPU memory${without}`, () => behaviour(flavour));
});

function behaviour(flavour: '10' | '11'): void {
  let folder: string;
  /** What V8 knew of at each moment of the child's, in MiB beyond the start. */
  let told: Record<string, number>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calibrt-memory-'));
    const [heavy, wide, record] = ['heavy.plan', 'wide.plan', 'record'].map((name) => join(folder, name));
    useDouble({ flavour });
    // 4 MiB of weights.
    const weights = { constants: { w: [1024, 1024] }, inputs: { x: [1, 1024] }, outputs: ['y'] };
    const { plan } = await buildEngine(build([['MatMul', 'x w', 'y']], weights).toBytes(), { flavour });
    await writeFile(heavy!, plan);
    // Up to 3 MiB of input, and as much of output.
    const profiles = [{ x: { min: [1, 3], opt: [1, 3], max: [2 ** 18, 3] } }];
    await writeFile(wide!, (await buildEngine(fold(), { flavour, profiles })).plan);

    const env = doubleEnvironment({ flavour, record: record! });
    const { stdout, stderr } = await run(process.execPath, [child, heavy!, wide!, record!], { env });
    const moments = JSON.parse(stderr) as string[];
    const kibibytes = [...stdout.matchAll(/External memory reported: *(-?\d+) KB/g)].map(([, number]) =>
      Number(number),
    );
    expect(kibibytes).toHaveLength(moments.length);
    told = Object.fromEntries(moments.map((moment, i) => [moment, (kibibytes[i]! - kibibytes[0]!) / 1024]));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Within a quarter: V8 holds other things outside its heap, too. */
  const near = (moment: string, mebibytes: number): void => {
    expect(Math.abs(told[moment]! - mebibytes), `${moment}: ${told[moment]} MiB`).toBeLessThan(0.25);
  };

  it('of the weights, from the load of an engine to its disposal', () => {
    near('engine', 4);
    near('engine disposed', 0);
  });

  it('of a context, whose buffers grow with the shapes that it runs, and stay for the next', () => {
    near('small', 0);
    near('large', 6);
    near('small again', 6);
    near('context disposed', 0);
    near('all disposed', 0);
  });

  it('of engines and contexts that nobody holds, until they are collected', () => {
    near('forgotten', 0);
  });
}
