import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { CliResult } from '../helpers/cli.js';
import { repository } from '../helpers/fixture.js';

/** A file system of one page beside its root folder, in a namespace of its own: no other process sees it, and it ends with the command. */
const script = 'mount -t tmpfs -o size=16k tmpfs "$0" && "$@"; status=$?; ls -A "$0"; exit $status';

const namespaces = ['-rm', '-m'];
const namespace = namespaces.find((flags) => {
  return spawnSync('unshare', [flags, 'sh', '-c', 'mount -t tmpfs tmpfs /tmp']).status === 0;
});

/** Why a full disk cannot be had here; empty where it can. */
export const withoutFullDisk = namespace === undefined ? ' (skipped: no right to mount a file system)' : '';

/** Runs `calibrt ARGS` with a disk of 16 KB in place of `folder`; its stdout ends with what is left on that disk. */
export async function withFullDisk(
  folder: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CliResult> {
  const command = [process.execPath, repository('dist/lib/cli/main.js'), ...args];
  const child = spawn('unshare', [namespace!, 'sh', '-c', script, folder, ...command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<Pick<CliResult, 'status' | 'signal'>>((resolve, reject) => {
    child.on('error', reject).on('close', (status, signal) => resolve({ status, signal }));
  });
  const [stdout, stderr, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { ...end, stdout, stderr };
}
