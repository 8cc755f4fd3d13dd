import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkOutputPath, checkOutputPaths, writeFileAtomic } from '#lib/files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('writeFileAtomic', () => {
  it('writes text, bytes and pieces', async () => {
    const path = join(folder, 'out');
    await writeFileAtomic(path, 'text');
    expect(await readFile(path, 'utf8')).toBe('text');
    await writeFileAtomic(path, [Uint8Array.of(1), Uint8Array.of(2, 3)]);
    expect([...(await readFile(path))]).toEqual([1, 2, 3]);
  });

  it('leaves the old file and no temporary one where it fails half way', async () => {
    const path = join(folder, 'out');
    await writeFile(path, 'old');
    function* pieces(): Generator<Uint8Array> {
      yield Uint8Array.of(1);
      throw new Error('half way');
    }
    await expect(writeFileAtomic(path, pieces())).rejects.toMatchObject({ code: 'ERR_OUTPUT' });
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['out']);
  });

  it('says that the folder does not exist', async () => {
    const path = join(folder, 'no', 'out');
    const expected = { code: 'ERR_OUTPUT', message: expect.stringContaining('does not exist') as string };
    await expect(writeFileAtomic(path, '')).rejects.toMatchObject(expected);
    await expect(checkOutputPath(path)).rejects.toMatchObject(expected);
  });

  it('refuses an output that is an input or another output', async () => {
    const [out, table] = [join(folder, 'out'), join(folder, 'table')];
    const refusal = (what: string) => ({ code: 'ERR_USAGE', message: expect.stringContaining(what) as string });
    await expect(checkOutputPaths([out], [join(folder, '.', 'out')])).rejects.toMatchObject(
      refusal('the model itself'),
    );
    await expect(checkOutputPaths([out, table], ['model', table])).rejects.toMatchObject(refusal('read too'));
    await expect(checkOutputPaths([out, undefined, out], ['model'])).rejects.toMatchObject(refusal('another output'));
    await expect(checkOutputPaths([out, undefined, table], ['model', undefined])).resolves.toBeUndefined();
  });

  it('says that the output is a folder', async () => {
    await mkdir(join(folder, 'out'));
    await expect(writeFileAtomic(join(folder, 'out'), '')).rejects.toMatchObject({
      code: 'ERR_OUTPUT',
      message: expect.stringContaining('it is a folder') as string,
    });
  });

  it.skipIf(process.getuid?.() === 0)(
    'says that the folder is not writable (skipped for root, who may write anywhere)',
    async () => {
      await chmod(folder, 0o500);
      await expect(writeFileAtomic(join(folder, 'out'), '')).rejects.toMatchObject({
        message: expect.stringContaining('not writable') as string,
      });
    },
  );
});
