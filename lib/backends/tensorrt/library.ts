import { CalibrtError } from '../../errors.js';
import { native, type NativeBridgeInfo, type NativeTensorRtLibrary, type TensorRtFlavour } from '../../native.js';
import { traitsOf } from './flavours.js';
import type { LocatedLibrary } from './locate.js';
import { bridgeRemedy, libraryRemedy } from './remedies.js';

/** An opened TensorRT library with the bridge that talks to it. */
export interface TensorRtLibrary {
  readonly flavour: TensorRtFlavour;
  /** `TensorRT-RTX 1.7.1` */
  readonly name: string;
  readonly version: string;
  readonly bridge: NativeBridgeInfo;
  readonly native: NativeTensorRtLibrary;
}

/** How long the end of the process waits for builds to stop; what is still running then is cut off by `_exit`. */
const exitPatienceMs = 1500;

const opened = new Map<string, Promise<TensorRtLibrary>>();
let exitHooked = false;

/**
 * Opens a located library; once per path, and for good.
 *
 * @throws CalibrtError `ERR_NATIVE_MISSING` where the flavour's bridge was not built, `ERR_BACKEND_UNSUPPORTED` for a library of
 *   another version than the bridge needs, `ERR_BACKEND_FAILED` where the loader cannot open it.
 */
export function openLibrary(located: LocatedLibrary): Promise<TensorRtLibrary> {
  const key = `${located.flavour}:${located.infer}`;
  let library = opened.get(key);
  if (library === undefined) {
    library = open(located);
    opened.set(key, library);
    // A failure is not kept: its cause may be cured.
    library.catch(() => opened.delete(key));
  }
  return library;
}

/** @throws CalibrtError `ERR_NATIVE_MISSING` where the flavour's bridge was not built. */
export function openBridge(flavour: TensorRtFlavour): NativeBridgeInfo {
  const bridge = native().openTensorRtBridge(flavour);
  if (bridge.ok) return bridge.value;
  const traits = traitsOf(flavour);
  throw new CalibrtError(
    'ERR_NATIVE_MISSING',
    `calibrt's bridge to ${traits.name} is missing (${bridge.failure.message}): ${bridgeRemedy(traits)}`,
    { details: bridge.failure.details },
  );
}

async function open({ flavour, infer, parser }: LocatedLibrary): Promise<TensorRtLibrary> {
  const bridge = openBridge(flavour);
  hookExit();
  const outcome = await native().openTensorRt(flavour, infer, parser);
  if (!outcome.ok) {
    const { kind, message, details } = outcome.failure;
    const code = kind === 'version' ? 'ERR_BACKEND_UNSUPPORTED' : 'ERR_BACKEND_FAILED';
    const reason = details.length === 0 ? '' : ` (${details.join('; ')})`;
    throw new CalibrtError(code, `${message}${reason}: ${libraryRemedy(traitsOf(flavour))}`, { details });
  }
  const { version } = outcome.value.info;
  const product = flavour === 'rtx' ? 'TensorRT-RTX' : 'TensorRT';
  return { flavour, name: `${product} ${version}`, version, bridge, native: outcome.value };
}

/** Node runs no native clean-up on `process.exit` or an uncaught throw; this does. */
function hookExit(): void {
  if (exitHooked) return;
  exitHooked = true;
  process.on('exit', () => native().stopTensorRtBuilds(exitPatienceMs));
}
