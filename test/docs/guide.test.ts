import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibratorNames } from '#calibrators/index.js';
import { locateTensorRt } from '#lib/backends/tensorrt/locate.js';
import { repository } from '../helpers/fixture.js';

const guide = readFileSync(repository('docs/guide.md'), 'utf8');
const execute = promisify(execFile);
const withoutRtx = locateTensorRt('rtx').found === undefined;

/** First cells of the rows of the table under `heading` whose first cell is code. */
function firstCells(heading: string): string[] {
  const section = guide.slice(guide.indexOf(`\n## ${heading}\n`)).split(/\n(?=## )/)[1]!;
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, cell]) => cell!);
}

describe('the guide tells all', () => {
  it('error codes', () => {
    const union = /export type ErrorCode =([^;]+);/.exec(readFileSync(repository('lib/errors.ts'), 'utf8'))![1]!;
    const codes = [...union.matchAll(/'(ERR_\w+)'/g)].map(([, code]) => code!);
    expect(firstCells('Errors and exit codes').sort()).toEqual(codes.sort());
  });

  it('methods', () => {
    expect(firstCells('Choosing a method').sort()).toEqual([...calibratorNames, 'auto'].sort());
  });
});

describe('the examples run, in order', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calibrt-guide-'));
    await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
    await symlink(repository('.'), join(folder, 'node_modules/calibrt'));
    await symlink(repository('demo'), join(folder, 'demo'));
    const command = `#!/bin/sh\nexec "${process.execPath}" "${repository('dist/lib/cli/main.js')}" "$@"\n`;
    await writeFile(join(folder, 'node_modules/.bin/calibrt'), command, { mode: 0o755 });
  });
  afterAll(() => rm(folder, { recursive: true }));

  const examples = [...guide.matchAll(/^```(sh|js)\n([^]*?)^```$/gm)].map(([, language, text]) => {
    const title = /^(?:calibrt|.*await).*$/m.exec(text!)![0];
    return { language: language!, text: text!, title: title.slice(0, 80), skip: text!.startsWith('calibrt build') };
  });

  for (const [index, { language, text, title, skip }] of examples.entries()) {
    const isSkipped = skip && withoutRtx;
    const reason = isSkipped ? ' (skipped: TensorRT-RTX is not installed)' : '';
    it.skipIf(isSkipped)(`${index + 1} ${title}${reason}`, async () => {
      const file = join(folder, `example-${index}.mjs`);
      if (language === 'js') await writeFile(file, text);
      const [program, args] = language === 'sh' ? ['sh', ['-ec', text]] : [process.execPath, [file]];
      const path = join(folder, 'node_modules/.bin') + delimiter + process.env['PATH']!;
      const { stdout } = await execute(program, args, { cwd: folder, env: { ...process.env, PATH: path } });
      expect(stdout).not.toBe('');
    });
  }
});
