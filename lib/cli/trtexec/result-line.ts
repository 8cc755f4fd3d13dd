import { packageVersion } from '../../version.js';

/** What stands at the beginning of a `&&&&` line. */
export type RunState = 'RUNNING' | 'PASSED' | 'FAILED';

/**
 * `&&&& PASSED TensorRT.trtexec [TensorRT v101600] [b0] # calibrt trtexec …`.
 *
 * @param version - Of the library, `10.16.0`; undefined where none is at hand, which shows as 0.
 */
export function resultLine(state: RunState, version: string | undefined, argv: readonly string[]): string {
  const number = version === undefined ? 0 : versionNumber(version);
  const command = ['calibrt', 'trtexec', ...argv].join(' ');
  return `&&&& ${state} TensorRT.trtexec [TensorRT v${number}] [b0] # ${command}`;
}

/** `10.16.0` → 101600, as TensorRT numbers itself from 10 on. */
export function versionNumber(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major * 10_000 + minor * 100 + patch;
}

/** Who runs, for the log: `calibrt 0.1.0`. */
export function ourName(): string {
  return `calibrt ${packageVersion()}`;
}
