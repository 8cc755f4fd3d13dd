import { readFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { documentationPage } from '#lib/cli/trtexec/documentation.js';
import { trtexecFlags } from '#lib/cli/trtexec/flags/index.js';
import { helpText } from '#lib/cli/trtexec/help.js';
import { cli } from '../../helpers/cli.js';
import { repository } from '../../helpers/fixture.js';

const names = trtexecFlags.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
const of10 = trtexecFlags.filter(({ since, group }) => since === undefined && group !== 'calibrt');

describe('the table of flags', () => {
  it('has every flag of trtexec 10.16, and knows which are gone in 11', () => {
    // 124 options, --help and -h; of them 16 are gone: the reference counted them in the parser.
    expect(of10.flatMap(({ name, aliases = [] }) => [name, ...aliases])).toHaveLength(126);
    expect(of10.filter(({ until }) => until !== undefined)).toHaveLength(16);
  });

  it('names each flag once, and says why for all that is not carried out', () => {
    expect(new Set(names).size).toBe(names.length);
    for (const flag of trtexecFlags) {
      expect(flag.form === 'switch').toBe(flag.value === undefined);
      for (const treatment of Object.values(flag.on)) {
        if (treatment.does === 'in the model') expect(treatment.how).toMatch(/\w/);
        else if (treatment.does !== 'carried out') expect(treatment.why).toMatch(/\w/);
      }
    }
  });

  it.each(['--int8', '--best'])('says that %s fails without ranges, where they must be in the model', (name) => {
    const { description, on } = trtexecFlags.find((flag) => flag.name === name)!;
    expect(description).toMatch(/[Ww]ithout any.* fails/);
    for (const treatment of [on['11'], on.rtx]) expect(JSON.stringify(treatment)).not.toContain('where there is');
  });

  it('makes the help', () => {
    const help = helpText();
    for (const name of names) expect(help).toMatch(new RegExp(`(^|[ ,])${name}(=|,| |$)`, 'm'));
  });

  it('makes docs/trtexec.md, which is committed as generated (node scripts/docs/trtexec.mjs)', async () => {
    const page = repository('docs/trtexec.md');
    const generated = await format(documentationPage(), { ...(await resolveConfig(page)), filepath: page });
    expect(await readFile(page, 'utf8')).toBe(generated);
  });
});

describe('help', () => {
  it('loads no native and no inference library', async () => {
    const { status, stderr } = await cli(['trtexec', '--help'], { NODE_DEBUG: 'module' });
    expect(status).toBe(0);
    expect(stderr).not.toMatch(/\.node"|onnxruntime-node|sharp/);
  });
});
