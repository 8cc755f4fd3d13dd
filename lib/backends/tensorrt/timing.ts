import { CalibrtError } from '../../errors.js';
import type { Engine } from './engine.js';
import type { TimedRun, TimingOptions } from './timing-options.js';

export type { LayerTime, TimedRun, TimingOptions } from './timing-options.js';

/**
 * Times an engine by trtexec's method, in native code: events on the GPU around the copy of the inputs, the computation and the copy
 * of the outputs of every query.
 *
 * @throws CalibrtError `ERR_USAGE` for options, shapes or inputs that do not fit the engine, or an engine that was disposed;
 *   `ERR_BACKEND_FAILED` where the library or the driver fails; `ERR_ABORTED`.
 */
export function timeEngine(engine: Engine, options: TimingOptions = {}): Promise<TimedRun> {
  void options;
  return Promise.reject(new CalibrtError('ERR_BACKEND_UNSUPPORTED', `cannot time ${engine.name} yet`));
}
