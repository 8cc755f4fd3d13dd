import { writeFile } from 'node:fs/promises';
import type { EngineTensor, TimingOptions } from '#lib/backends/tensorrt/index.js';
import type { InferenceTrace } from '#lib/bench/trace.js';
import type { EngineTools } from '#lib/pipeline/bench/engine-tools.js';
import type { BuildPlanOptions } from '#lib/pipeline/build/build.js';

/** What the stub was asked. */
export interface Asked {
  readonly builds: { readonly model: string; readonly options: BuildPlanOptions }[];
  readonly runs: { readonly plan: string; readonly options: TimingOptions }[];
  disposed: number;
}

const image: EngineTensor = {
  ...{ name: 'input', mode: 'input', dtype: 'float32', shape: [-1, 1, 32, 32], shapeTensor: false, format: '' },
  profiles: [1, 8].map((batch) => {
    const shape = (size: number): number[] => [size, 1, 32, 32];
    return { min: shape(batch), opt: shape(batch * 2), max: shape(batch * 4) };
  }),
};
const ids: EngineTensor = { ...image, name: 'ids', dtype: 'int64', shape: [2], profiles: [] };
const scores: EngineTensor = { ...image, name: 'scores', mode: 'output', shape: [-1, 10], profiles: [] };

/** A trace whose queries take what is told, one after the other, of which a tenth goes into each copy. */
export function traceOf(latencies: readonly number[]): InferenceTrace {
  const starts = latencies.map((_, i) => latencies.slice(0, i).reduce((sum, each) => sum + each, 0));
  const at = (part: number): Float32Array => Float32Array.from(latencies, (each, i) => starts[i]! + each * part);
  return {
    stream: new Uint32Array(latencies.length),
    ...{ enqueueStart: at(0), enqueueEnd: at(0.05), h2dStart: at(0), h2dEnd: at(0.1) },
    ...{ computeStart: at(0.1), computeEnd: at(0.9), d2hStart: at(0.9), d2hEnd: at(1) },
    walltimeMs: latencies.reduce((sum, each) => sum + each, 0),
    warmUpQueries: 3,
  };
}

/** TensorRT whose engines take a time that is told by `typical`, and nothing else. */
export function stubTools(
  typical: (plan: string) => number,
  layerInfo = '{"Layers": []}',
): { tools: EngineTools; asked: Asked } {
  const asked: Asked = { builds: [], runs: [], disposed: 0 };
  const tools: EngineTools = {
    gpus: () =>
      Promise.resolve({ driver: '12.8', problem: '', devices: [{ name: 'Stub', target: 'sm86', memoryBytes: 1 }] }),
    build: async (model, plan, options) => {
      asked.builds.push({ model, options });
      await writeFile(plan, model);
      return { notes: [] };
    },
    load: (plan) => {
      const ms = typical(asked.builds.at(-1)?.model ?? plan);
      const engine = {
        tensors: [image, ids, scores],
        libraryVersion: '10.16.0',
        time: (options: TimingOptions) => {
          asked.runs.push({ plan, options });
          // Sessions differ a little among themselves.
          const own = ms * (1 + 0.002 * (asked.runs.length % 5));
          const layers = [{ name: 'conv', timeMs: 20, averageMs: 1, medianMs: 0.9, percentage: 100 }];
          return Promise.resolve({
            trace: traceOf([own, own * 1.01, own * 1.02]),
            notes: options.cudaGraph ? ['no graph could be captured'] : [],
            ...(options.profileLayers ? { layers, profiledIterations: 20 } : {}),
            ...(options.fetchOutputs ? { outputs: {} } : {}),
          });
        },
        inspect: () => Promise.resolve(layerInfo),
        dispose: () => {
          asked.disposed++;
          return Promise.resolve();
        },
      };
      return Promise.resolve({ engine, backend: 'tensorrt' });
    },
  };
  return { tools, asked };
}
