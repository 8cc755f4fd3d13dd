/**
 * Runs tests of the addon and of the TensorRT bridge on the double under AddressSanitizer and UndefinedBehaviorSanitizer:
 * `node scripts/native/sanitize.mjs [TEST FILES]`. The libraries of both lie in a folder of their own; what `npm run build` made stays.
 * Then the native parts without Node, under these and under ThreadSanitizer, where no test files are named.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { compile, defaultDefinitions, root } from './compile.mjs';

const sanitizers = 'address,undefined';
/** Files whose native side has more states than their own tests assert. */
const chosen = [
  ...readdirSync(path.join(root, 'test/double'))
    // Others are about the command line, and need every bridge.
    .filter((name) =>
      /^(build|calibrators|disposed|exit|gone|infer|infer-failures|runtime|timing|weight-streaming|workers)\.test\.ts$/.test(
        name,
      ),
    )
    .map((name) => `test/double/${name}`),
  'test/native',
];

// The addon's loader looks for build/Release in the folder that CALIBRT_PREBUILD names.
const folder = path.join(root, 'build-sanitized');
const tests = process.argv.slice(2);
await compile({
  definitions: [
    // One bridge: all are compiled from the same files, and the one to 10.x has all of them.
    ...(await defaultDefinitions()).filter((definition) => !/_(RTX|TRT11)_HEADERS=/.test(definition)),
    `-DCALIBRT_SANITIZE=${sanitizers}`,
    '-DCMAKE_CXX_FLAGS_RELEASE=-O1 -g1',
  ],
  out: path.join(folder, 'build'),
});
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', ...(tests.length > 0 ? tests : chosen)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ...environment() },
});
if (status !== 0) process.exit(1);
if (tests.length === 0) {
  for (const harness of ['run.mjs', 'bridge/run.mjs']) {
    execFileSync(process.execPath, [path.join(root, 'test/native/harness', harness)], { stdio: 'inherit' });
  }
}

function environment() {
  return {
    CALIBRT_PREBUILD: folder,
    CALIBRT_DOUBLE_SANITIZE: sanitizers,
    // Node itself is not instrumented: the runtimes must come before it.
    LD_PRELOAD: ['libasan.so', 'libubsan.so'].map(runtime).join(' '),
    // V8 frees nothing when a process ends. Exit codes of children that the tests start must tell a finding from a failure.
    ASAN_OPTIONS: 'detect_leaks=0:exitcode=66:abort_on_error=0:detect_stack_use_after_return=1',
    UBSAN_OPTIONS: 'print_stacktrace=1:exitcode=66',
  };
}

function runtime(name) {
  return realpathSync(execFileSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim());
}
