import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findConditions, onDouble, onlyFlavour } from './conditions.mjs';
import { Limit, limitSeconds } from './limit.mjs';
import { loadModels } from './models.mjs';
import { testNetwork } from './network-tests.mjs';
import { Results } from './results.mjs';

/** Runs the suite; results go to `file`. */
export async function runSuite(file) {
  const wrong = wrongSetting();
  if (wrong !== '') {
    console.error(wrong);
    process.exitCode = 2;
    return;
  }
  const conditions = await findConditions();
  const folder = mkdtempSync(join(tmpdir(), 'calibrt-gpu-'));
  const cleanUp = () => rmSync(folder, { recursive: true, force: true });
  const results = new Results(file, conditions.describe);
  const limit = new Limit(results, cleanUp);
  const models = conditions.skip === '' ? await loadModels(folder) : [];
  after(() => {
    limit.end();
    cleanUp();
    results.write();
    console.log(`results: ${file}${onDouble ? ' (on the double: no latencies)' : ''}`);
  });
  const skipped = (name, skip) => {
    results.setTest(name, `skipped: ${skip}`);
    test(name, { skip }, () => undefined);
  };
  if (conditions.skip !== '') skipped('a GPU', conditions.skip);
  for (const { flavour, name, problem } of conditions.flavours) {
    const skip = conditions.skip || problem;
    if (skip === '') for (const model of models) testNetwork({ results, limit, folder, flavour, model });
    else skipped(name, skip);
  }
}

function wrongSetting() {
  if (!(limitSeconds > 0)) return 'CALIBRT_GPU_TEST_LIMIT_S: expected a number of seconds above 0';
  if (onlyFlavour === undefined || ['10', '11', 'rtx'].includes(onlyFlavour)) return '';
  return `CALIBRT_GPU_TEST_FLAVOUR=${onlyFlavour}: expected 10, 11 or rtx`;
}
