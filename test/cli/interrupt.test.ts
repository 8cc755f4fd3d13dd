import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeNpy } from '../data/encode-npy.js';
import { startCli } from '../helpers/cli.js';
import { repository } from '../helpers/fixture.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-interrupt-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'in the middle of a calibration: %s, exit 130, nothing on disk',
    async (signal) => {
      // Enough samples to be in the middle of; the warning about the first tells that the network is running.
      const samples = 20_000;
      const data = new Float32Array(samples * 1024).fill(0.5);
      await writeFile(join(folder, 'many.npy'), encodeNpy({ dtype: 'float32', shape: [samples, 1, 32, 32], data }));
      const temporary = await mkdtemp(join(folder, 'tmp-'));
      const args = ['quantize', repository('demo/model.onnx'), '-o', join(folder, 'int8.onnx')];
      const run = startCli(
        [...args, '--data', join(folder, 'many.npy'), '--limit', String(samples), '--holdout', '0'],
        {
          TMPDIR: temporary,
        },
      );
      await until(async () => (await captureStarted(temporary)) || run.child.exitCode !== null);
      run.child.kill(signal);
      expect(await run.done).toMatchObject({
        status: 130,
        signal: null,
        stdout: '',
        stderr: expect.stringContaining('interrupted') as string,
      });
      expect((await readdir(folder)).sort()).toEqual(['many.npy', temporary.slice(folder.length + 1)].sort());
      expect(await readdir(temporary)).toEqual([]);
    },
  );

  it('leaves no child process behind when the parent is killed outright', async () => {
    const data = new Float32Array(4000 * 1024).fill(0.5);
    await writeFile(join(folder, 'many.npy'), encodeNpy({ dtype: 'float32', shape: [4000, 1, 32, 32], data }));
    const run = startCli(
      [
        'calibrate',
        repository('demo/model.onnx'),
        '-o',
        join(folder, 't.json'),
        '--data',
        join(folder, 'many.npy'),
        '--limit',
        '4000',
      ],
      { TMPDIR: folder },
    );
    await until(async () => (await captureStarted(folder)) || run.child.exitCode !== null);
    const children = await childrenOf(run.child.pid!);
    expect(children.length).toBeGreaterThan(0);
    run.child.kill('SIGKILL');
    await once(run.child, 'close');
    await until(() => Promise.resolve(children.every((pid) => !isAlive(pid))));
  });
});

async function captureStarted(temporary: string): Promise<boolean> {
  const workspaces = (await readdir(temporary)).filter((name) => name.startsWith('calibrt-'));
  const files = await Promise.all(workspaces.map((name) => readdir(join(temporary, name)).catch(() => [])));
  return files.flat().includes('capture.onnx');
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function childrenOf(pid: number): Promise<number[]> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
