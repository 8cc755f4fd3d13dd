import { defineConfig } from 'vitest/config';

const report = process.env['CALIBRT_TEST_REPORT'];

// Tests import the built output (`#lib/…` is `dist/lib/…`): what is tested is what is shipped, and a forked
// child finds its entry file.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/gpu/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: report === undefined ? ['default'] : ['default', 'json'],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
  },
});
