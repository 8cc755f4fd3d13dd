import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { native, type NativeBridgeInfo, type NativeCudaReport, type TensorRtFlavour } from '../../native.js';
import { flavours, type FlavourTraits, type TensorRtBackend } from './flavours.js';
import { locateTensorRt, type LibraryCandidate, type LocatedLibrary } from './locate.js';
import { judge, type ProbeAnswer } from './probe-verdict.js';

/** What one flavour can do on this machine. */
export interface FlavourProbe {
  readonly flavour: TensorRtFlavour;
  readonly backend: TensorRtBackend;
  /** For people: `TensorRT 10.x`. */
  readonly name: string;
  /** `ok`: builds engines here. `missing`: a part is not there. `broken`: it is there and does not work. */
  readonly status: 'ok' | 'missing' | 'broken';
  /** What there is and what that can do, between semicolons. */
  readonly verdict: string;
  /** What to do about all that is missing; absent where nothing is. */
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
  const findings = {
    ...answer,
    ...(bridge === undefined ? {} : { bridge }),
    ...(found === undefined ? {} : { library: found }),
  };
  return {
    flavour,
    backend,
    name,
    ...judge(traits, findings),
    ...(bridge === undefined ? {} : { bridge }),
    ...(found === undefined ? {} : { library: { ...found, ...(version === undefined ? {} : { version }) } }),
    candidates,
    ...(cuda === undefined ? {} : { cuda }),
  };
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

function ask(library: LocatedLibrary | undefined): Promise<ProbeAnswer> {
  const { promise, resolve } = withResolvers<ProbeAnswer>();
  const args = library === undefined ? [] : [library.flavour, library.infer, library.parser];
  const child = fork(fileURLToPath(new URL('./probe-child.js', import.meta.url)), args, {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  child.once('message', (answer) => resolve(answer as ProbeAnswer));
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
