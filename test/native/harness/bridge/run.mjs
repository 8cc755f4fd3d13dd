// Builds the bridge's harness and the double of TensorRT 10 with each set of sanitizers and runs them: `node run.mjs [SANITIZERS…]`.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { headerFolders } from '../../../../scripts/sdk/locate.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = path.join(here, '../../../..');
const { trt10 } = headerFolders();
if (trt10 === undefined) {
  console.error('the headers of TensorRT 10 are not here: npm run setup');
  process.exit(1);
}

for (const sanitizers of process.argv.length > 2 ? process.argv.slice(2) : ['address,undefined', 'thread']) {
  const out = path.join(root, `build-bridge-harness-${sanitizers.replaceAll(',', '-')}`);
  const run = (command, args, options = {}) => execFileSync(command, args, { stdio: 'inherit', ...options });
  const definitions = [
    `-DCALIBRT_SANITIZE=${sanitizers}`,
    `-DCALIBRT_TRT10_HEADERS=${trt10}`,
    `-DNODE=${process.execPath}`,
  ];
  run('cmake', ['-S', here, '-B', out, ...definitions, '-DCMAKE_BUILD_TYPE=', '-DCMAKE_CXX_FLAGS=-O1 -g1']);
  run('cmake', ['--build', out, '--parallel', '2', '--target', 'bridge_harness']);
  const model = path.join(root, 'test/fixtures/tiny-cnn-fp32.onnx');
  run(path.join(out, 'bridge_harness'), [path.join(out, '10'), model], {
    env: {
      ...process.env,
      LD_LIBRARY_PATH: path.join(out, 'cuda-current'),
      ASAN_OPTIONS: 'detect_stack_use_after_return=1',
      TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1',
    },
  });
  console.log(`the bridge's harness passed under ${sanitizers}`);
}
