import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '#lib/cli/command.js';
import { resolveFlags } from '#lib/cli/resolve-flags.js';

const command: Command = {
  name: 'try',
  summary: '',
  args: [],
  examples: [],
  flags: [
    { name: 'limit', type: 'integer', description: '' },
    { name: 'std', type: 'string', description: '' },
    { name: 'data', type: 'string', repeat: true, description: '' },
    { name: 'method', type: 'string', choices: ['mse', 'entropy'], description: '' },
    { name: 'dry-run', type: 'boolean', description: '' },
    { name: 'output', type: 'string', required: true, description: '' },
  ],
  run: () => Promise.resolve(),
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calibrt-flags-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function config(content: unknown): Promise<string> {
  const path = join(folder, 'config.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('resolveFlags', () => {
  it('checks and converts', async () => {
    const flags = await resolveFlags(command, { output: 'x', limit: '12', progress: true });
    expect(flags).toEqual({ output: 'x', limit: 12 });
  });

  it('keeps an explicit --no-progress', async () => {
    expect(await resolveFlags(command, { output: 'x', progress: false })).toEqual({ output: 'x', progress: false });
  });

  it('takes options from a file, flags winning', async () => {
    const path = await config({ output: 'a', limit: 3, std: [1, 2, 3], data: 'one', 'dry-run': true });
    expect(await resolveFlags(command, { config: path, limit: '5' })).toEqual({
      config: path,
      output: 'a',
      limit: 5,
      std: '1,2,3',
      data: ['one'],
      dryRun: true,
    });
  });

  it.each([
    ['a number that is none', { output: 'x', limit: 'ten' }, '--limit must be a whole number'],
    ['a fraction', { output: 'x', limit: '1.5' }, '--limit must be a whole number'],
    ['an empty number', { output: 'x', limit: '' }, '--limit must be a whole number'],
    ['a value outside the choices', { output: 'x', method: 'best' }, 'must be one of mse, entropy'],
    ['a missing required flag', {}, '--output is required'],
  ])('refuses %s', async (_, given, message) => {
    await expect(resolveFlags(command, given)).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining(message) as string,
    });
  });

  it.each([
    ['an unknown option', { output: 'x', lmit: 3 }, '`lmit` is no option'],
    ['a list', '[1]', 'one JSON object'],
    ['broken JSON', '{"a":', 'cannot be read as JSON'],
    ['a switch that is no boolean', { output: 'x', dryRun: 'yes' }, 'is a switch'],
  ])('refuses a config file with %s', async (_, content, message) => {
    await expect(resolveFlags(command, { config: await config(content) })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining(message) as string,
    });
  });
});
