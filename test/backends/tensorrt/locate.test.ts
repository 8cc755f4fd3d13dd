import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { locateTensorRt } from '#lib/backends/tensorrt/index.js';
import { cacheRoot } from '#lib/backends/tensorrt/library-folders.js';
// @ts-expect-error: a script, without types
import { cacheRoot as scriptsCacheRoot } from '../../../scripts/sdk/cache.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-locate-'));
  // Nothing of this machine may be found.
  for (const name of ['TENSORRT_ROOT', 'TENSORRT_RTX_ROOT', 'VIRTUAL_ENV', 'CONDA_PREFIX', 'LD_LIBRARY_PATH']) {
    vi.stubEnv(name, '');
  }
  vi.stubEnv('CALIBRT_CACHE', join(folder, 'cache'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function install(
  path: string,
  names = ['libtensorrt_rtx.so.1', 'libtensorrt_onnxparser_rtx.so.1'],
): Promise<string> {
  const target = join(folder, path);
  await mkdir(target, { recursive: true });
  for (const name of names) await writeFile(join(target, name), '');
  return target;
}

describe('locateTensorRt', () => {
  it('prefers loader path, then wheels, then the SDK cache', async () => {
    const loader = await install('loader');
    const wheel = await install('venv/lib/python3.11/site-packages/tensorrt_rtx_libs');
    const sdk = await install('cache/sdk/tensorrt-rtx-1.7.1.116/lib');
    vi.stubEnv('LD_LIBRARY_PATH', `${join(folder, 'nowhere')}:${loader}`);
    vi.stubEnv('VIRTUAL_ENV', join(folder, 'venv'));

    const order: [string, string][] = [
      ['loader path', loader],
      ['pip wheel', wheel],
      ['SDK cache', sdk],
    ];
    for (const [origin, path] of order) {
      expect(locateTensorRt('rtx').found).toEqual({
        flavour: 'rtx',
        infer: join(path, 'libtensorrt_rtx.so.1'),
        parser: join(path, 'libtensorrt_onnxparser_rtx.so.1'),
        origin,
      });
      await rm(path, { recursive: true });
    }
  });

  it('looks nowhere else when a place is named', async () => {
    await install('cache/sdk/tensorrt-rtx-1.7.1.116/lib');
    vi.stubEnv('TENSORRT_RTX_ROOT', join(folder, 'root'));
    const { found, candidates } = locateTensorRt('rtx');
    expect(found).toBeUndefined();
    expect(candidates.every(({ origin, verdict }) => origin === 'environment' && verdict === 'absent')).toBe(true);

    const lib = await install('root/lib');
    expect(locateTensorRt('rtx').found).toMatchObject({ infer: join(lib, 'libtensorrt_rtx.so.1') });
    expect(locateTensorRt('rtx', join(folder, 'other')).found).toBeUndefined();
  });

  it('takes a file or a folder as the option', async () => {
    const lib = await install('given/lib');
    const infer = join(lib, 'libtensorrt_rtx.so.1');
    for (const option of [infer, lib, dirname(lib)]) {
      expect(locateTensorRt('rtx', option).found).toMatchObject({ infer, origin: 'option' });
    }
  });

  it('says of a library without its parser that it is one', async () => {
    const lib = await install('given', ['libnvinfer.so.10']);
    const { found, candidates } = locateTensorRt('10', lib);
    expect(found).toBeUndefined();
    expect(candidates).toContainEqual({
      path: join(lib, 'libnvinfer.so.10'),
      origin: 'option',
      verdict: 'no ONNX parser beside it',
    });
  });
});

describe('the cache folder', () => {
  it.each([
    { CALIBRT_CACHE: '/a', XDG_CACHE_HOME: '/b' },
    { CALIBRT_CACHE: '', XDG_CACHE_HOME: '/b' },
    { CALIBRT_CACHE: '', XDG_CACHE_HOME: '' },
  ])('is where the set-up script puts things: %o', (variables) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    expect(cacheRoot()).toBe((scriptsCacheRoot as () => string)());
  });
});
