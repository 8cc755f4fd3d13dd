import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SerializedError } from '../../errors.js';
import { native, type NativeBridgeInfo, type NativeCudaReport, type TensorRtFlavour } from '../../native.js';
import { flavours, type FlavourTraits, type TensorRtBackend } from './flavours.js';
import { locateTensorRt, type LibraryCandidate, type LocatedLibrary } from './locate.js';
import { bridgeRemedy, libraryRemedy, noGpuRemedy } from './remedies.js';

/** What one flavour can do on this machine. */
export interface FlavourProbe {
  readonly flavour: TensorRtFlavour;
  readonly backend: TensorRtBackend;
  /** For people: `TensorRT 10.x`. */
  readonly name: string;
  /** `ok`: builds engines here. `missing`: a part is not there. `broken`: it is there and does not work. */
  readonly status: 'ok' | 'missing' | 'broken';
  /** One sentence. */
  readonly verdict: string;
  /** What to do; absent where nothing is wrong. */
  readonly remedy?: string;
  /** The bridge, where it was built. */
  readonly bridge?: NativeBridgeInfo;
  /** The library, where it was found. */
  readonly library?: LocatedLibrary & { readonly version?: string };
  /** Every place that was looked at. */
  readonly candidates: readonly LibraryCandidate[];
  /** The driver and its GPUs; absent where the probe's process died. */
  readonly cuda?: NativeCudaReport;
}

/** The answer of probe-child.ts, or how it died. */
interface Answer {
  readonly cuda?: NativeCudaReport;
  readonly version?: string;
  readonly error?: SerializedError;
  readonly death?: string;
}

const timeoutMs = 30_000;

/**
 * Looks at every flavour: bridge, library, version, driver and GPUs. Each library is opened in a process of its own. Never
 * throws for what is missing.
 */
export async function probeTensorRt(): Promise<FlavourProbe[]> {
  return Promise.all(flavours.map(probeFlavour));
}

async function probeFlavour(traits: FlavourTraits): Promise<FlavourProbe> {
  const { flavour, backend, name } = traits;
  const { found, candidates } = locateTensorRt(flavour);
  const bridge = openBridgeInfo(flavour);
  const answer = await ask(bridge !== undefined && found !== undefined ? found : undefined);
  const { cuda, version } = answer;
  return {
    flavour,
    backend,
    name,
    ...judge(traits, answer, bridge, found),
    ...(bridge === undefined ? {} : { bridge }),
    ...(found === undefined ? {} : { library: { ...found, ...(version === undefined ? {} : { version }) } }),
    candidates,
    ...(cuda === undefined ? {} : { cuda }),
  };
}

type Judgement = Pick<FlavourProbe, 'status' | 'verdict' | 'remedy'>;

function judge(traits: FlavourTraits, answer: Answer, bridge?: NativeBridgeInfo, found?: LocatedLibrary): Judgement {
  if (found === undefined) {
    return { status: 'missing', verdict: `the library ${traits.infer} was not found`, remedy: libraryRemedy(traits) };
  }
  if (bridge === undefined) {
    return {
      status: 'missing',
      verdict: `${found.infer} is here, calibrt's bridge to it is not`,
      remedy: bridgeRemedy(traits),
    };
  }
  const { version, error, death, cuda } = answer;
  if (version === undefined) {
    const verdict = death === undefined ? (error?.message ?? 'no answer') : `opening ${found.infer} ${death}`;
    return { status: 'broken', verdict, remedy: `reinstall it, or name another with ${traits.rootVariable}` };
  }
  const library = `${version} at ${found.infer}`;
  if (cuda?.problem === '') {
    const gpus = cuda.devices.map(({ name, target }) => `${name} (${target})`).join(', ');
    return { status: 'ok', verdict: `${library}, CUDA ${cuda.driver}, ${gpus}` };
  }
  if (bridge.targets.length > 0) {
    const targets = bridge.targets.filter((target) => target !== 'current').join(', ');
    return { status: 'ok', verdict: `${library}; no GPU here (${cuda?.problem}): builds for ${targets} all the same` };
  }
  return { status: 'missing', verdict: `${library}; it needs a GPU to build: ${cuda?.problem}`, remedy: noGpuRemedy };
}

function openBridgeInfo(flavour: TensorRtFlavour): NativeBridgeInfo | undefined {
  try {
    const bridge = native().openTensorRtBridge(flavour);
    return bridge.ok ? bridge.value : undefined;
  } catch {
    // Without the addon there is no bridge either; the addon has a verdict of its own.
    return undefined;
  }
}

function ask(library: LocatedLibrary | undefined): Promise<Answer> {
  const { promise, resolve } = withResolvers<Answer>();
  const args = library === undefined ? [] : [library.flavour, library.infer, library.parser];
  const child = fork(fileURLToPath(new URL('./probe-child.js', import.meta.url)), args, {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  child.once('message', (answer) => resolve(answer as Answer));
  child.once('error', (error) => resolve({ death: `failed: ${error.message}` }));
  child.once('exit', (code, signal) => {
    const hung = `gave no answer in ${timeoutMs / 1000} s`;
    const death = signal === 'SIGKILL' ? hung : `ended the process (${signal ?? `exit ${code}`})`;
    const settle = (): void => resolve({ death });
    // The answer may still be in the channel.
    if (child.connected) child.once('disconnect', settle);
    else settle();
  });
  return promise;
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}
