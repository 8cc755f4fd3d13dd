import { fixedBatch, modelInputs } from '../../data/index.js';
import type { NamedTensors } from '../../data/tensor.js';
import type { MeasuringModel } from '../../model/index.js';
import { firstSamples } from '../calibration/first-samples.js';
import { JUDGING_SAMPLES, type RepairJudge } from './trial.js';

/** Runs a measuring model over the first `count` samples; of each trial each output, combined over the samples, and the number of runs. */
export async function reduceOn(
  name: string,
  { model, outputs }: MeasuringModel,
  how: 'sum' | 'max',
  trials: readonly NamedTensors[],
  { samples, context, options }: RepairJudge,
  count = JUDGING_SAMPLES,
): Promise<{ readonly runs: number; readonly trials: readonly (readonly Float64Array[])[] }> {
  const path = context.workspace.path(`${name}.onnx`);
  await model.save(path, { temporary: true });
  const batch = fixedBatch(modelInputs(model.inputs.filter(({ name: input }) => !(input in (trials[0] ?? {}))))) ?? 1;
  const job = {
    kind: 'reduce',
    model: path,
    outputs,
    how,
    trials,
    source: firstSamples(samples, count),
    batch,
  } as const;
  return context.worker.run({ ...job, threads: context.threads, phase: name }, options);
}
