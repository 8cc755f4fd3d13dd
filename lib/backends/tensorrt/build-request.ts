import { stat } from 'node:fs/promises';
import { CalibrtError } from '../../errors.js';
import { native } from '../../native.js';
import type { BuildOptions } from './build-options.js';
import type { TensorRtLibrary } from './library.js';

/** Targets for a machine without a GPU: the RTX generations Ampere, Ada and Blackwell. */
const defaultTargets = ['sm86', 'sm89', 'sm120'];

/**
 * Checks what can be known before the library is asked.
 *
 * @throws CalibrtError `ERR_USAGE` naming the option; `ERR_MODEL_NOT_FOUND`, `ERR_MODEL_INVALID` for a missing or empty model.
 */
export async function checkInputs(model: string | Uint8Array, options: BuildOptions): Promise<void> {
  const { optimizationLevel: level, workspaceBytes: workspace, targets } = options;
  if (level !== undefined && !(Number.isInteger(level) && level >= 0 && level <= 5)) {
    throw new CalibrtError('ERR_USAGE', `optimizationLevel is ${level}: expected an integer from 0 to 5`);
  }
  if (workspace !== undefined && !(Number.isSafeInteger(workspace) && workspace >= 0)) {
    throw new CalibrtError('ERR_USAGE', `workspaceBytes is ${workspace}: expected a number of bytes`);
  }
  if (targets !== undefined) checkTargets(targets);
  if (typeof model === 'string') await checkFile(model);
  else if (model.byteLength === 0) throw new CalibrtError('ERR_MODEL_INVALID', 'the model is empty (0 bytes)');
}

function checkTargets(targets: readonly string[]): void {
  const text = targets.join(', ');
  if (targets.length === 0) throw new CalibrtError('ERR_USAGE', 'targets is empty: name at least one, or leave it out');
  if (new Set(targets).size < targets.length) throw new CalibrtError('ERR_USAGE', `targets names one twice: ${text}`);
  if (targets.includes('current') && targets.length > 1) {
    throw new CalibrtError('ERR_USAGE', `targets is ${text}: \`current\` cannot be combined with others`);
  }
}

async function checkFile(path: string): Promise<void> {
  let size: number;
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new CalibrtError('ERR_MODEL_INVALID', `${path} is no file: expected an ONNX model`);
    size = found.size;
  } catch (cause) {
    if (cause instanceof CalibrtError) throw cause;
    throw new CalibrtError('ERR_MODEL_NOT_FOUND', `there is no readable file ${path}: expected an ONNX model`, {
      cause,
    });
  }
  if (size === 0) throw new CalibrtError('ERR_MODEL_INVALID', `${path} is empty (0 bytes): expected an ONNX model`);
}

/**
 * The targets asked for, or the default that this machine allows. Empty where the library has no choice to make.
 *
 * @throws CalibrtError `ERR_USAGE` for a target that the library does not know.
 */
export async function resolveTargets(
  library: TensorRtLibrary,
  targets?: readonly string[],
): Promise<readonly string[]> {
  const known = library.bridge.targets;
  const unknown = known.length === 0 ? undefined : targets?.find((target) => !known.includes(target));
  if (unknown !== undefined) {
    throw new CalibrtError('ERR_USAGE', `target ${unknown} is unknown: ${library.name} builds for ${known.join(', ')}`);
  }
  if (targets !== undefined) return targets;
  if (known.length === 0) return [];
  const { devices } = await native().probeCuda();
  return devices[0] !== undefined && known.includes(devices[0].target) ? ['current'] : defaultTargets;
}
