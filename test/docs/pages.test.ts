import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needsRtx, withoutRtx } from '../backends/tensorrt/rtx.js';
import { repository } from '../helpers/fixture.js';
import { doubleEnvironment, withoutBridge } from '../support/double.js';

const execute = promisify(execFile);

/** TensorRT 10 and a GPU as doubles, TensorRT-RTX as it is. */
function onBoth(): NodeJS.ProcessEnv {
  const { LD_LIBRARY_PATH, TENSORRT_ROOT, CALIBRT_DOUBLE } = doubleEnvironment();
  return { LD_LIBRARY_PATH, TENSORRT_ROOT, CALIBRT_DOUBLE };
}

/** Pages, what their examples need that may be absent, and the environment that they run in. */
const pages = [
  { page: 'migrate', missing: '', environment: () => ({}) },
  { page: 'kinds', missing: '', environment: () => ({}) },
  { page: 'tensorrt', missing: withoutRtx === '' ? withoutBridge('10') : needsRtx, environment: onBoth },
];

describe.each(pages)('the examples of docs/$page.md run, in order$missing', ({ page, missing, environment }) => {
  if (missing !== '') {
    it.skip('all of them');
    return;
  }
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
    const { stdout } = await execute(program, args, {
      cwd: folder,
      env: { ...process.env, ...environment(), PATH: path },
    });
    expect(stdout).not.toBe('');
  });
});
