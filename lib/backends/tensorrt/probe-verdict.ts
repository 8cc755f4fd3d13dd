import type { SerializedError } from '../../errors.js';
import type { NativeBridgeInfo, NativeCudaReport } from '../../native.js';
import type { FlavourTraits } from './flavours.js';
import type { LocatedLibrary } from './locate.js';
import { bridgeRemedy, libraryRemedy, noGpuRemedy } from './remedies.js';

/** What a process that opened the library and asked the driver says, or how it died. */
export interface ProbeAnswer {
  readonly cuda?: NativeCudaReport;
  readonly version?: string;
  readonly error?: SerializedError;
  readonly death?: string;
}

/** What was found of one flavour. */
export interface Findings extends ProbeAnswer {
  readonly bridge?: NativeBridgeInfo;
  readonly library?: LocatedLibrary;
}

/** The verdict of all. */
export interface Judgement {
  /** `ok`: builds engines here. `missing`: a part is not there. `broken`: it is there and does not work. */
  readonly status: 'ok' | 'missing' | 'broken';
  /** The bridge, the library, the GPU, and what can be done with them, in this order. */
  readonly verdict: string;
  /** What to do about everything that is missing, in the order in which to do it; absent where nothing is wrong. */
  readonly remedy?: string;
}

/** One of the three parts that a flavour takes. */
interface Part {
  readonly status: Judgement['status'];
  readonly verdict: string;
  readonly remedy?: string;
}

/** Every part is told of, also where another is missing: whoever mends one must not meet the next only then. */
export function judge(traits: FlavourTraits, findings: Findings): Judgement {
  const parts = [bridgePart(traits, findings), libraryPart(traits, findings), gpuPart(findings)];
  const status =
    ['broken' as const, 'missing' as const].find((each) => parts.some((part) => part.status === each)) ?? 'ok';
  const remedies = parts.flatMap(({ remedy }) => remedy ?? []);
  const able = status === 'ok' ? [ability(findings)] : [];
  return {
    status,
    verdict: [...parts.map(({ verdict }) => verdict), ...able].join('; '),
    ...(remedies.length === 0 ? {} : { remedy: remedies.join('; then ') }),
  };
}

function bridgePart(traits: FlavourTraits, { bridge }: Findings): Part {
  if (bridge === undefined) {
    return { status: 'missing', verdict: "calibrt's bridge to it was not built", remedy: bridgeRemedy(traits) };
  }
  return { status: 'ok', verdict: `bridge for ${bridge.headers}` };
}

function libraryPart(traits: FlavourTraits, findings: Findings): Part {
  const { bridge, library, version, error, death } = findings;
  if (library === undefined) {
    return {
      status: 'missing',
      verdict: `the library ${traits.infer} was not found`,
      remedy: libraryRemedy(traits),
    };
  }
  const place = `${library.infer} (${library.origin})`;
  // Nothing else opens it.
  if (bridge === undefined) return { status: 'ok', verdict: `the library ${place} is here` };
  if (version !== undefined) return { status: 'ok', verdict: `library ${version} at ${place}` };
  const verdict = death === undefined ? (error?.message ?? 'no answer') : `opening ${library.infer} ${death}`;
  return { status: 'broken', verdict, remedy: `reinstall it, or name another with ${traits.rootVariable}` };
}

function gpuPart({ bridge, cuda }: Findings): Part {
  // Its process died, of which the library's part tells.
  if (cuda === undefined) return { status: 'ok', verdict: 'the GPU was not asked' };
  if (cuda.problem === '') {
    const gpus = cuda.devices.map(({ name, target }) => `${name} (${target})`).join(', ');
    return { status: 'ok', verdict: `CUDA ${cuda.driver}, ${gpus}` };
  }
  const driver = cuda.driver === '' ? '' : `CUDA ${cuda.driver}, `;
  const verdict = `no GPU: ${driver}${cuda.problem}`;
  const needless = bridge !== undefined && bridge.targets.length > 0;
  return needless ? { status: 'ok', verdict } : { status: 'missing', verdict, remedy: noGpuRemedy };
}

function ability({ bridge, cuda }: Findings): string {
  const targets = bridge!.targets.filter((target) => target !== 'current').join(', ');
  if (cuda?.problem !== '') return `builds for ${targets} all the same; runs no engine here`;
  return bridge!.stronglyTyped
    ? 'builds and runs engines, INT8 from Q/DQ models'
    : 'builds and runs engines, INT8 from Q/DQ models and by its calibrators';
}
