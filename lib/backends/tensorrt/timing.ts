import type { Engine } from './engine.js';
import type { TimedRun, TimingOptions } from './timing-options.js';

export type { LayerTime, TimedRun, TimingOptions } from './timing-options.js';

/**
 * Times an engine by trtexec's method, in native code: events on the GPU around the copy of the inputs, the computation and the copy
 * of the outputs of every query.
 *
 * @throws CalibrtError `ERR_USAGE` for options that do not fit the engine, or an engine that was disposed; `ERR_DATA_SHAPE`,
 *   `ERR_DATA_DTYPE` for shapes or inputs that do not; `ERR_BACKEND_FAILED` where the library or the driver fails; `ERR_ABORTED`.
 */
export function timeEngine(engine: Engine, options: TimingOptions = {}): Promise<TimedRun> {
  return engine.time(options);
}
