import { readFile } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { packageVersion } from '../../version.js';

/** What a host's figures depend on, as far as it tells. */
export interface HostConditions {
  readonly calibrt: string;
  readonly node: string;
  readonly kernel: string;
  readonly cpu: string;
  readonly cores: number;
  /** Processors that this process may run on: `0-3,8`. */
  readonly affinity?: string;
  /** Of the first processor, before the run. */
  readonly clockMhz: number;
  /** How the system chooses the clock: `performance`, `powersave`. */
  readonly governor?: string;
  /** Whether the processor may exceed its nominal clock. */
  readonly turbo?: boolean;
  readonly memoryMb: number;
  /** Processes that wanted to run over the last minute, before the run. */
  readonly loadAverage: number;
}

/** Reads the host's conditions. */
export async function hostConditions(): Promise<HostConditions> {
  const [first] = cpus();
  const [status, governor, noTurbo] = await Promise.all([
    readLine('/proc/self/status'),
    readLine('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
    readLine('/sys/devices/system/cpu/intel_pstate/no_turbo'),
  ]);
  const affinity = /^Cpus_allowed_list:\s*(\S+)/m.exec(status ?? '')?.[1];
  return {
    calibrt: packageVersion(),
    node: process.version,
    kernel: release(),
    cpu: cpuName(),
    cores: cpus().length,
    ...(affinity === undefined ? {} : { affinity }),
    clockMhz: first?.speed ?? 0,
    ...(governor === undefined ? {} : { governor: governor.trim() }),
    ...(noTurbo === undefined ? {} : { turbo: noTurbo.trim() === '0' }),
    memoryMb: Math.round(totalmem() / 2 ** 20),
    loadAverage: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

/** The processor's name. */
export function cpuName(): string {
  return cpus()[0]?.model.trim() ?? 'unknown CPU';
}

async function readLine(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
