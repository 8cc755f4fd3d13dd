import { join } from 'node:path';
import { evaluate, migrate } from 'calibrt';
import { writeFileAtomic } from '#lib/files.js';

/**
 * A model with the scales of a calibration cache as Q/DQ: what an implicit INT8 build is meant to compute, in a form that a CPU
 * can run.
 */
export async function modelOfCache(model, cache, folder, name) {
  const file = join(folder, `${name}.cache`);
  await writeFileAtomic(file, cache);
  const path = join(folder, `${name}.migrated.onnx`);
  const { missing } = await migrate(model.path, path, { cache: file });
  return { path, missing };
}

/** A quantized model on the CPU, Q/DQ executed as written, against the FP32 model, on the samples that engines are tested on. */
export async function runOnCpu(model, quantized) {
  const { outputs, labelled } = await evaluate(model.path, quantized, {
    ...model.testSource,
    limit: model.test.length,
  });
  const [{ sqnrDb }] = Object.values(outputs);
  return {
    sqnrDb,
    ...(labelled === undefined ? {} : { top1: labelled.candidate.top1, fp32Top1: labelled.reference.top1 }),
  };
}
