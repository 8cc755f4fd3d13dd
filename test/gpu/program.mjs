import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a program that ends with the suite. Resolves to its exit status (null where it could not be started) and what it printed. */
export async function run(program, args, { signal, env = process.env }) {
  try {
    const { stdout, stderr } = await execute(program, args, { signal, env, maxBuffer: 2 ** 28 });
    return { status: 0, stdout, stderr };
  } catch (error) {
    signal.throwIfAborted();
    return { status: typeof error.code === 'number' ? error.code : null, stdout: error.stdout, stderr: error.stderr };
  }
}
