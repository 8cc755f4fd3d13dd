// Prints vitest's JSON report as one line, `N passed, N failed, N skipped`, with the name of every skipped test above it.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const tests = report.testResults.flatMap((file) => file.assertionResults);
const count = (...states) => tests.filter((test) => states.includes(test.status)).length;
for (const test of tests) {
  if (test.status === 'skipped' || test.status === 'pending') console.log(`skipped: ${test.fullName}`);
}
const failed = count('failed');
console.log(`${count('passed')} passed, ${failed} failed, ${count('skipped', 'pending', 'todo', 'disabled')} skipped`);
process.exitCode = failed > 0 || count('passed') === 0 ? 1 : 0;
