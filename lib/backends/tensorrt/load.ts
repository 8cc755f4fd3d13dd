import { CalibrtError } from '../../errors.js';
import type { Engine } from './engine.js';
import type { LoadOptions, RuntimeOptions } from './engine-options.js';

/**
 * Reads an engine plan and makes it ready to run.
 *
 * @param plan - Path of the plan, or the plan itself.
 * @throws CalibrtError `ERR_PLAN_INVALID` for what is no plan, is truncated, or was built by another version or for another GPU;
 *   `ERR_NO_GPU`, `ERR_BACKEND_MISSING`, `ERR_NATIVE_MISSING`, `ERR_BACKEND_UNSUPPORTED`: the machine or the library.
 */
export function loadEngine(plan: string | Uint8Array, options: RuntimeOptions & LoadOptions = {}): Promise<Engine> {
  void plan;
  void options;
  return Promise.reject(new CalibrtError('ERR_BACKEND_UNSUPPORTED', 'cannot load engines yet'));
}
