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
    { name: 'std', type: 'string', value: 'A,B,C', description: '' },
    { name: 'percentile', type: 'number', description: '' },
    { name: 'data', type: 'string', repeat: true, description: '' },
    { name: 'method', type: 'string', choices: ['mse', 'entropy'], description: '' },
    { name: 'kinds', type: 'string', repeat: true, choices: ['a', 'b'], description: '' },
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
    [{ 'no-progress': true }, false],
    [{ noProgress: true }, false],
    [{ progress: false }, false],
    [{ 'no-progress': false }, true],
  ])('takes %j from a file', async (content, progress) => {
    const path = await config({ output: 'a', ...content });
    expect(await resolveFlags(command, { config: path, progress: true })).toMatchObject({ progress });
    expect(await resolveFlags(command, { config: path, progress: false })).toMatchObject({ progress: false });
  });

  it('takes several values of one option from a file', async () => {
    const path = await config({ output: 'a', data: ['one', 'two'], kinds: ['b', 'a'], std: 128 });
    expect(await resolveFlags(command, { config: path })).toMatchObject({
      data: ['one', 'two'],
      kinds: ['b', 'a'],
      std: '128',
    });
  });

  it.each([
    ['a number that is none', { output: 'x', limit: 'ten' }, '--limit must be a whole number'],
    ['a fraction', { output: 'x', limit: '1.5' }, '--limit must be a whole number'],
    ['an empty number', { output: 'x', limit: '' }, '--limit must be a whole number'],
    ['an empty text', { output: '' }, '--output is empty'],
    ['an empty text among others', { output: 'x', data: ['a', ''] }, '--data is empty'],
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
    ['a switch that is no boolean', { output: 'x', dryRun: 'yes' }, '`dryRun` must be true or false, not "yes"'],
    ['a switch that is null', { output: 'x', 'dry-run': null }, '`dry-run` must be true or false, not null'],
    ['a number that is a boolean', { output: 'x', limit: true }, '`limit` must be a whole number, not true'],
    ['a number that is an array', { output: 'x', limit: [5] }, '`limit` must be a whole number, not [5]'],
    ['a number that is null', { output: 'x', limit: null }, '`limit` must be a whole number, not null'],
    ['a number that is a string', { output: 'x', percentile: '99' }, '`percentile` must be a number, not "99"'],
    ['a fraction for a whole number', { output: 'x', limit: 1.5 }, '--limit must be a whole number, not `1.5`'],
    ['a string that is null', { output: null }, '`output` must be a string, not null'],
    ['a string that is a boolean', { output: true }, '`output` must be a string, not true'],
    ['a string that is an object', { output: { a: 1 } }, '`output` must be a string, not {"a":1}'],
    ['an array for a single string', { output: ['x', 'y'] }, '`output` must be a string, not ["x","y"]'],
    ['an array for one of the choices', { output: 'x', method: ['mse'] }, '`method` must be a string'],
    [
      'an array with a null',
      { output: 'x', std: [1, null] },
      '`std` must be a string or an array of them, not [1,null]',
    ],
    ['an empty array', { output: 'x', data: [] }, '`data` must be a string or an array of them, not []'],
    ['a value outside the choices', { output: 'x', method: 'best' }, '--method must be one of mse, entropy, not best'],
    ['an item outside the choices', { output: 'x', kinds: ['a', 'c'] }, '--kinds must be one of a, b, not c'],
  ])('refuses a config file with %s', async (_, content, message) => {
    await expect(resolveFlags(command, { config: await config(content) })).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining(message) as string,
    });
  });
});
