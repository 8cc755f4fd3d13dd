import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
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

  it('knows an input, and an output to come, by each of their names', async () => {
    await mkdir(join(folder, 'real'));
    await symlink('real', join(folder, 'alias'));
    const [model, soft, hard] = ['model', 'soft', 'hard'].map((name) => join(folder, 'real', name));
    await writeFile(model!, 'model');
    await symlink('model', soft!);
    await link(model!, hard!);
    for (const name of [soft!, hard!, join(folder, 'alias', 'model')]) {
      await expect(checkOutputPath(name, model)).rejects.toMatchObject({ code: 'ERR_USAGE' });
    }
    const outputs = [join(folder, 'real', 'new'), join(folder, 'alias', 'new')];
    await expect(checkOutputPaths(outputs, [model])).rejects.toMatchObject({
      message: expect.stringContaining('another output too') as string,
    });
    await expect(checkOutputPath(outputs[0]!, model)).resolves.toBeUndefined();
  });

  it('says that a name is too long', async () => {
    const path = join(folder, 'x'.repeat(300));
    const expected = { code: 'ERR_OUTPUT', message: expect.stringContaining('too long') as string };
    await expect(checkOutputPath(path)).rejects.toMatchObject(expected);
    await expect(writeFileAtomic(path, '')).rejects.toMatchObject(expected);
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
      const expected = { message: expect.stringContaining('not writable') as string };
      await expect(writeFileAtomic(join(folder, 'out'), '')).rejects.toMatchObject(expected);
      await expect(checkOutputPath(join(folder, 'out'))).rejects.toMatchObject(expected);
    },
  );
});
