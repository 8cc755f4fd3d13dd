import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const setup = fileURLToPath(new URL('../../../scripts/sdk/setup.mjs', import.meta.url));
const locate = new URL('../../../scripts/sdk/locate.mjs', import.meta.url).href;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-sdk-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function run(args: string[], environment: Record<string, string>) {
  const env = { PATH: join(folder, 'bin'), CALIBRT_CACHE: join(folder, 'cache'), HOME: folder, ...environment };
  return spawnSync(process.execPath, args, { env, encoding: 'utf8' });
}

async function installHeaders(root: string, version: string): Promise<string> {
  const include = join(folder, root, 'include');
  await mkdir(include, { recursive: true });
  for (const name of ['NvInfer.h', 'NvOnnxParser.h']) await writeFile(join(include, name), '');
  await writeFile(join(include, 'NvInferVersion.h'), version);
  return include;
}

describe('the SDK set-up', () => {
  it('costs one line per piece where no client is installed, and leaves nothing half-made', async () => {
    const { status, stderr } = run([setup], {});
    expect(status).toBe(0);
    const lines = stderr.split('\n').filter((line) => line.startsWith('SDK: no '));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/headers.*cargo is not installed/);
    expect(lines[2]).toMatch(/libraries/);
    expect(await readdir(join(folder, 'cache/sdk'))).toEqual([]);
  });

  it('gives a client’s own reason in one line', async () => {
    const failing = join(folder, 'bin');
    await mkdir(failing);
    await writeFile(join(failing, 'cargo'), '#!/bin/sh\necho "error: no such registry" >&2\nexit 101\n', {
      mode: 0o755,
    });
    await symlink('/bin/sh', join(failing, 'sh'));
    const { status, stderr } = run([setup], {});
    expect(status).toBe(0);
    expect(stderr).toContain('(error: no such registry)');
  });

  it('fetches nothing for an installation that the environment names', async () => {
    const rtx = await installHeaders('rtx', '#define TRT_MAJOR_RTX 1\n#define NV_TENSORRT_MAJOR TRT_MAJOR_RTX\n');
    const eleven = await installHeaders('trt', '#define NV_TENSORRT_MAJOR 11 //!< major\n');
    const roots = { TENSORRT_RTX_ROOT: join(folder, 'rtx'), TENSORRT_ROOT: join(folder, 'trt') };
    const { stderr } = run([setup], roots);
    expect(stderr.split('\n').filter((line) => line.startsWith('SDK: no '))).toEqual([
      expect.stringContaining('TRT-Enterprise-10.16'),
    ]);
    const script = `import { sdkCMakeArguments } from '${locate}'; console.log(JSON.stringify(sdkCMakeArguments()))`;
    const printed = run(['--input-type=module', '--eval', script], roots).stdout;
    expect(JSON.parse(printed)).toEqual(
      expect.arrayContaining([`-DCALIBRT_RTX_HEADERS=${rtx}`, `-DCALIBRT_TRT11_HEADERS=${eleven}`]),
    );
  });

  it('refuses a version that it does not know', () => {
    const { status, stderr } = run([setup, '--with', '9'], {});
    expect(status).toBe(2);
    expect(stderr).toContain('expected one of 10.15, 11.2');
  });
});
