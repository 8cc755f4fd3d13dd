import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { probeTensorRt } from '#lib/backends/tensorrt/index.js';
import { needsRtx, withoutRtx } from './rtx.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-probe-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function rtx() {
  return (await probeTensorRt()).find(({ flavour }) => flavour === 'rtx')!;
}

describe('probeTensorRt', () => {
  it('has a verdict and, where something is wrong, a remedy for every flavour', async () => {
    const probes = await probeTensorRt();
    expect(probes.map(({ flavour }) => flavour)).toEqual(['rtx', '11', '10']);
    for (const { status, verdict, remedy } of probes) {
      expect(verdict).not.toBe('');
      expect(remedy === undefined).toBe(status === 'ok');
    }
  });

  it('says that a library is missing where it was to be', async () => {
    vi.stubEnv('TENSORRT_RTX_ROOT', folder);
    const probe = await rtx();
    expect(probe).toMatchObject({
      status: 'missing',
      verdict: expect.stringContaining('libtensorrt_rtx.so.1') as string,
    });
    expect(probe.remedy).toContain('TENSORRT_RTX_ROOT');
    expect(probe.candidates[0]).toMatchObject({ path: join(folder, 'lib/libtensorrt_rtx.so.1'), verdict: 'absent' });
  });
});

describe.skipIf(withoutRtx)(`probing with the TensorRT-RTX bridge${needsRtx}`, () => {
  it('finds the real library and what it can do', async () => {
    const probe = await rtx();
    expect(probe).toMatchObject({
      status: 'ok',
      library: { version: expect.stringMatching(/^1\.\d+\.\d+$/) as string },
    });
    expect(probe.bridge!.targets).toContain('sm86');
  });

  it('survives a library that is none', async () => {
    const lib = join(folder, 'lib');
    await mkdir(lib);
    for (const name of ['libtensorrt_rtx.so.1', 'libtensorrt_onnxparser_rtx.so.1'])
      await writeFile(join(lib, name), 'x');
    vi.stubEnv('TENSORRT_RTX_ROOT', folder);
    const probe = await rtx();
    expect(probe.status).toBe('broken');
    expect(probe.verdict).toContain(join(lib, 'libtensorrt_rtx.so.1'));
  });
});
