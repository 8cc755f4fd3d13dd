import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { native } from '#lib/native.js';

/** What the double is told to be; test/native/double/README.md explains each. */
export interface DoubleSettings {
  /** Version that the libraries say they are: `10.3.0`. */
  readonly version?: string;
  /** Steps that fail: `parse` each time, `cuMemAlloc_v2:3` the third time. */
  readonly fail?: readonly string[];
  /** GPUs: `sm86`; an empty list is a driver without one. Default: one `sm86`. */
  readonly devices?: readonly string[];
  /** Version of the driver, as CUDA counts: 12080. */
  readonly driver?: number;
  /** Bytes of GPU memory. */
  readonly deviceMemory?: number;
  /** Steps of each of the builder's inner phases, and milliseconds that each takes. */
  readonly steps?: number;
  readonly stepMs?: number;
  /** Milliseconds between two batches of a calibration, and that a run of an engine takes. */
  readonly batchMs?: number;
  readonly runMs?: number;
  /** File that the calls are recorded in. */
  readonly record?: string;
  /** Whether the driver's calls are recorded too. */
  readonly recordCuda?: boolean;
  readonly dlaCores?: number;
}

/** One call of the record: its name, a number for the thread, and what it was given. */
export interface DoubleCall {
  readonly call: string;
  readonly thread: number;
  readonly [detail: string]: unknown;
}

/** The built double: a folder with `10`, `11`, `cuda-current` and `cuda-old`. */
export interface Double {
  readonly folder: string;
  /** The folder of a flavour's two libraries: what `TENSORRT_ROOT` or the option `library` may name. */
  root(flavour: '10' | '11'): string;
  /** Folder of the driver's double. `old` lacks the functions that came with CUDA 11 and later. */
  cuda(age?: 'current' | 'old'): string;
}

/**
 * Why a flavour cannot be tested here, for the name of a test that is skipped; empty where it can. Builds the double, which takes a
 * minute the first time: called while tests are collected, it is on no test's clock.
 */
export function withoutBridge(flavour: '10' | '11'): string {
  if (!native().openTensorRtBridge(flavour).ok) return ` (skipped: the bridge to TensorRT ${flavour}.x was not built)`;
  double();
  return '';
}

let built: Double | string | undefined;

/** What the compiler, the linker or CMake says of it, else all of the end. */
function reasons(output: string): string {
  const lines = output.trim().split('\n');
  const errors = lines.filter((line) => /\b(error|Error):|undefined reference|CMake Error/.test(line));
  return (errors.length === 0 ? lines : errors).slice(0, 20).join('\n');
}

/** Builds the double unless the cache has it; a sentence where that cannot be done. */
function build(): Double | string {
  const script = fileURLToPath(new URL('../native/double/build.mjs', import.meta.url));
  // Set by scripts/native/sanitize.mjs, whose runtimes the compiler itself must not carry.
  const sanitize = process.env['CALIBRT_DOUBLE_SANITIZE'] ?? '';
  const env = { ...process.env };
  delete env['LD_PRELOAD'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, `--sanitize=${sanitize}`], {
    encoding: 'utf8',
    env,
  });
  if (status !== 0) return `the double does not build (node ${script}):\n${reasons(stderr)}`;
  const folder = stdout.trim();
  return {
    folder,
    root: (flavour) => join(folder, flavour),
    cuda: (age = 'current') => join(folder, `cuda-${age}`),
  };
}

/** @throws Error where it cannot be built: a test that needs it must not pass without. */
export function double(): Double {
  built ??= build();
  if (typeof built === 'string') throw new Error(built);
  return built;
}

/** The value of the variable `CALIBRT_DOUBLE`. */
export function settingsText(settings: DoubleSettings): string {
  const { fail, devices, recordCuda, ...rest } = settings;
  const pairs = Object.entries({
    ...rest,
    ...(fail === undefined ? {} : { fail: fail.join(',') }),
    ...(devices === undefined ? {} : { devices: devices.length === 0 ? 'none' : devices.join(',') }),
    ...(recordCuda === undefined ? {} : { recordCuda: Number(recordCuda) }),
  });
  return pairs.map(([name, value]) => `${name}=${String(value)}`).join(';');
}

/** Which parts a process is to find. */
export interface DoubleEnvironment extends DoubleSettings {
  /** Default: the TensorRT of 10.x. `none`: no TensorRT. */
  readonly flavour?: '10' | '11' | 'none';
  /** Default `current`; `none`: no driver. */
  readonly cuda?: 'current' | 'old' | 'none';
}

/**
 * Environment of a child process that finds the double and no other TensorRT: the loader reads `LD_LIBRARY_PATH` once, when a process
 * starts.
 */
export function doubleEnvironment(options: DoubleEnvironment = {}): NodeJS.ProcessEnv {
  const { flavour = '10', cuda = 'current', ...settings } = options;
  const found = double();
  return {
    ...process.env,
    LD_LIBRARY_PATH: cuda === 'none' ? '' : found.cuda(cuda),
    TENSORRT_ROOT: flavour === 'none' ? join(found.folder, 'nothing') : found.root(flavour),
    TENSORRT_RTX_ROOT: join(found.folder, 'nothing'),
    CALIBRT_DOUBLE: settingsText(settings),
  };
}

let mapped = false;

/**
 * Makes this process find the double: its driver is mapped by path, after which whoever looks for `libcuda.so.1` gets it, for as
 * long as the process lives. May be called again with other settings.
 */
export function useDouble(options: Omit<DoubleEnvironment, 'cuda'> = {}): void {
  if (!mapped) {
    const driver = join(double().cuda(), 'libcuda.so.1');
    process.dlopen({ exports: {} }, driver, constants.dlopen.RTLD_NOW);
    mapped = true;
  }
  const { TENSORRT_ROOT, TENSORRT_RTX_ROOT, CALIBRT_DOUBLE, LD_LIBRARY_PATH } = doubleEnvironment(options);
  Object.assign(process.env, { TENSORRT_ROOT, TENSORRT_RTX_ROOT, CALIBRT_DOUBLE, LD_LIBRARY_PATH });
}

/** The calls of one file, in order. */
export function readRecord(file: string): DoubleCall[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as DoubleCall);
}

/** Runs `action` on the double with a record of its own, and gives both back; an error of `action` is a result too. */
export async function recorded<Result>(
  settings: Omit<DoubleEnvironment, 'cuda' | 'record'>,
  action: () => Promise<Result>,
): Promise<{ result?: Result; error?: unknown; calls: DoubleCall[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'calibrt-double-'));
  const record = join(folder, 'record');
  useDouble({ ...settings, record });
  try {
    const outcome = await action().then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
    let calls: DoubleCall[] = [];
    try {
      calls = readRecord(record);
    } catch {
      // Nothing was called.
    }
    return { ...outcome, calls };
  } finally {
    useDouble(settings);
    rmSync(folder, { recursive: true, force: true });
  }
}
