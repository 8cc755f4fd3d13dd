import { CalibrtError } from '../../errors.js';
import type { KernelTimes } from './protocol.js';

/** What is used of an event of ONNX Runtime's profiler, which writes the trace format of Chromium's tracing. */
interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    readonly node_index?: string;
    readonly input_type_shape?: readonly Readonly<Record<string, unknown>>[];
    readonly output_type_shape?: readonly Readonly<Record<string, unknown>>[];
  };
}

const KERNEL_SUFFIX = '_kernel_time';

/** Ends a run: the events before it, back to the last one, are that run's. */
const RUN = 'model_run';

/**
 * The kernels in a profile, with the time that each took in each of the runs that count. A kernel that runs several times in a run (in
 * the body of a loop) is summed up.
 *
 * @param text - The profiler's file.
 * @param skip - Runs that do not count, at the beginning.
 * @param runs - Runs that do.
 * @throws CalibrtError `ERR_BACKEND_FAILED` for what is no profile, or one of fewer runs.
 */
export function parseProfile(text: string, skip: number, runs: number): KernelTimes[] {
  const kernels = new Map<string, KernelTimes>();
  let run = -skip;
  for (const event of readEvents(text)) {
    if (event.name === RUN) run++;
    if (run < 0 || run >= runs || event.cat !== 'Node' || !event.name.endsWith(KERNEL_SUFFIX)) continue;
    const { op_name: operator = '', node_index: index = '' } = event.args ?? {};
    const name = event.name.slice(0, -KERNEL_SUFFIX.length);
    const key = `${index} ${name}`;
    let kernel = kernels.get(key);
    if (kernel === undefined) {
      const inputs = types(event.args?.input_type_shape);
      const outputs = types(event.args?.output_type_shape);
      kernels.set(key, (kernel = { name, operator, inputs, outputs, times: new Float32Array(runs) }));
    }
    kernel.times[run]! += event.dur / 1000;
  }
  if (run < runs)
    throw new CalibrtError('ERR_BACKEND_FAILED', `ONNX Runtime's profile has ${run + skip} of ${skip + runs} runs`);
  return [...kernels.values()];
}

function readEvents(text: string): ProfileEvent[] {
  try {
    return JSON.parse(text) as ProfileEvent[];
  } catch (cause) {
    throw new CalibrtError('ERR_BACKEND_FAILED', "ONNX Runtime's profile is no JSON", { cause });
  }
}

/** Each entry is `{float: [1, 3, 224, 224]}`. */
function types(entries: readonly Readonly<Record<string, unknown>>[] = []): string[] {
  return entries.map((entry) => Object.keys(entry)[0] ?? '');
}
