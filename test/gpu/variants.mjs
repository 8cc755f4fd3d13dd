import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildEngine, buildPlan, calibrate, quantize } from 'calibrt';
import { EntropyCalibrator2, MinMaxCalibrator, PercentileCalibrator } from '#lib/backends/tensorrt/calibrators.js';
import { writeFileAtomic } from '#lib/files.js';
import { profileOf } from './models.mjs';
import { modelOfCache } from './on-cpu.mjs';

/**
 * The precisions of a network that a flavour of TensorRT can build, FP32 first. `build` resolves to what the build says, and to the path of
 * the plan that it wrote; `onCpu` takes that, and resolves to the model with the same quantization that a CPU can run.
 */
export function variantsOf(model, flavour, folder) {
  const common = { flavour, profiles: [profileOf(model)] };
  const plan = (name) => join(folder, `${model.name}-${flavour}-${name}.plan`);
  const engine = async (name, path, options) => {
    const result = await buildEngine(path, { ...common, ...options });
    await writeFileAtomic(plan(name), result.plan);
    return {
      plan: plan(name),
      bytes: result.bytes,
      timings: result.timings,
      calibration: result.calibration,
      notes: result.notes,
    };
  };
  const onCpu = ({ calibration }, name) =>
    modelOfCache(model, calibration.cache, folder, `${model.name}-${flavour}-${name}`);
  const implicit = (name, calibrator) => ({
    name,
    build: () => engine(name, model.path, { int8: true, calibrator: calibrator() }),
    onCpu,
  });
  const samples = () => model.calibration.map(({ inputs }) => inputs);
  const fp32 = { name: 'fp32', build: () => engine('fp32', model.path, { tf32: false }) };
  const fp16 = {
    name: 'fp16',
    build: async () => {
      const result = await buildPlan(model.path, plan('fp16'), { ...common, fp16: true });
      return { plan: plan('fp16'), bytes: (await stat(plan('fp16'))).size, timings: result.timings };
    },
  };
  const qdq = {
    name: 'int8-qdq',
    build: async () => engine('int8-qdq', await quantizedModel(model, folder), flavour === '10' ? { int8: true } : {}),
    onCpu: async () => ({ path: await quantizedModel(model, folder) }),
  };
  if (flavour !== '10') return [fp32, fp16, qdq];
  return [
    fp32,
    fp16,
    implicit('int8-entropy', () => new EntropyCalibrator2(samples)),
    implicit('int8-minmax', () => new MinMaxCalibrator(samples)),
    implicit('int8-percentile', () => new PercentileCalibrator(samples)),
    {
      name: 'int8-our-cache',
      onCpu,
      build: async () => {
        const table = await tensorrtCache(model, folder);
        return engine('int8-our-cache', model.path, {
          int8: true,
          calibrator: new EntropyCalibrator2(undefined, { table }),
        });
      },
    },
    qdq,
  ];
}

/** The model with Q/DQ nodes, made on the CPU once. */
export async function quantizedModel(model, folder) {
  const path = join(folder, `${model.name}.int8.onnx`);
  if (!(await isThere(path))) await quantize(model.path, path, { ...model.source, holdout: 0 });
  return path;
}

async function tensorrtCache(model, folder) {
  const path = join(folder, `${model.name}.cache`);
  if (!(await isThere(path))) await calibrate(model.path, path, model.source);
  return path;
}

/** The cache of a build with TensorRT's own calibrator, twice: they must be the same bytes. */
export async function calibrateTwice(model, folder) {
  const caches = [];
  for (const run of [1, 2]) {
    const cache = join(folder, `${model.name}-entropy-${run}.cache`);
    const calibrator = new EntropyCalibrator2(() => model.calibration.map(({ inputs }) => inputs), { cache });
    // Tactics have no say in what is calibrated.
    const quick = { optimizationLevel: 0 };
    await buildEngine(model.path, { flavour: '10', profiles: [profileOf(model)], int8: true, calibrator, ...quick });
    caches.push(await readFile(cache));
  }
  return caches;
}

function isThere(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}
