import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../helpers/fixture.js';

const execute = promisify(execFile);

describe.each(['migrate', 'kinds'])('the examples of docs/%s.md run, in order', (page) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), `calibrt-${page}-`));
    await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
    await symlink(repository('.'), join(folder, 'node_modules/calibrt'));
    await symlink(repository('demo'), join(folder, 'demo'));
    const command = `#!/bin/sh\nexec "${process.execPath}" "${repository('dist/lib/cli/main.js')}" "$@"\n`;
    await writeFile(join(folder, 'node_modules/.bin/calibrt'), command, { mode: 0o755 });
  });
  afterAll(() => rm(folder, { recursive: true }));

  const text = readFileSync(repository(`docs/${page}.md`), 'utf8');
  const examples = [...text.matchAll(/^```(sh|js)\n([^]*?)^```$/gm)].map(([, language, code]) => ({
    language: language!,
    code: code!,
    title: code!
      .split('\n')
      .find((line) => /calibrt |await|tensors\./.test(line))!
      .slice(0, 80),
  }));

  it.each(examples.map(({ title }, index) => [index, title] as const))('%i %s', async (index) => {
    const { language, code } = examples[index]!;
    const file = join(folder, `example-${index}.mjs`);
    if (language === 'js') await writeFile(file, code);
    const [program, args] = language === 'sh' ? ['sh', ['-ec', code]] : [process.execPath, [file]];
    const path = join(folder, 'node_modules/.bin') + delimiter + process.env['PATH']!;
    const { stdout } = await execute(program, args, { cwd: folder, env: { ...process.env, PATH: path } });
    expect(stdout).not.toBe('');
  });
});
