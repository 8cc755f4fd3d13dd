import type { EngineDescription, EngineTensor } from '#lib/backends/tensorrt/engine-options.js';
import type { TimedRun, TimingOptions } from '#lib/backends/tensorrt/timing-options.js';
import type { InferenceTrace } from '#lib/bench/trace.js';
import type { TrtexecBackend, TrtexecBuildOptions, TrtexecLoadOptions } from '#lib/cli/trtexec/backend.js';
import { CalibrtError } from '#lib/errors.js';
import type { TensorRtFlavour } from '#lib/native.js';

/** What the double was asked for, in order. */
export interface Calls {
  readonly built: { readonly model: string; readonly options: TrtexecBuildOptions }[];
  readonly loaded: { readonly plan: string | Uint8Array; readonly options: TrtexecLoadOptions }[];
  readonly timed: TimingOptions[];
  disposed: number;
}

/** What the double pretends. */
export interface DoubleOptions {
  readonly flavour?: TensorRtFlavour;
  readonly gpus?: number;
  readonly engine?: Partial<EngineDescription>;
  /** Queries that a run gives. */
  readonly queries?: number;
  readonly notes?: readonly string[];
  readonly inspector?: string;
  readonly loadError?: CalibrtError;
  readonly buildError?: CalibrtError;
}

const libraries = {
  '10': ['TensorRT 10.16.0', '10.16.0'],
  '11': ['TensorRT 11.1.0', '11.1.0'],
  rtx: ['TensorRT-RTX 1.7.1', '1.7.1'],
} as const;

/** A plan in the form that TensorRT-RTX and TensorRT give theirs. */
export function planBytes(flavour: TensorRtFlavour): Uint8Array {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from(flavour === 'rtx' ? 'vtrt' : 'ftrt'));
  view.setBigUint64(16, 64n, true);
  bytes.set(libraries[flavour][1].split('.').map(Number), 24);
  return bytes;
}

const input: EngineTensor = {
  name: 'input',
  mode: 'input',
  dtype: 'float32',
  shape: [-1, 1, 32, 32],
  shapeTensor: false,
  format: 'Row major linear FP32 format (kLINEAR)',
  profiles: [{ min: [1, 1, 32, 32], opt: [2, 1, 32, 32], max: [8, 1, 32, 32] }],
};

/** The demo's: one input with a dynamic batch; and one output `scores`. */
export const engineTensors: readonly EngineTensor[] = [
  input,
  { ...input, name: 'scores', mode: 'output', shape: [2, 5], profiles: [] },
];

/** The same with a fixed batch. */
export const staticTensors: readonly EngineTensor[] = [
  { ...input, name: 'image', shape: [1, 3, 16, 16], profiles: [] },
  engineTensors[1]!,
];

/** The same with three profiles. */
export const threeProfiles: readonly EngineTensor[] = [
  {
    ...input,
    profiles: [1, 4, 16].map((batch) => ({
      min: [1, 1, 32, 32],
      opt: [batch, 1, 32, 32],
      max: [batch * 2, 1, 32, 32],
    })),
  },
  engineTensors[1]!,
];

/** A scripted TensorRT: every answer is made here, and no figure of it is a measurement. */
export function backendDouble(options: DoubleOptions = {}): {
  readonly backend: TrtexecBackend;
  readonly calls: Calls;
} {
  const { flavour = '10', gpus = 1 } = options;
  const [name, version] = libraries[flavour];
  const calls: Calls = { built: [], loaded: [], timed: [], disposed: 0 };
  const backend: TrtexecBackend = {
    flavour,
    name,
    version,
    stronglyTyped: flavour !== '10',
    buildsAheadOfTime: flavour === 'rtx',
    devices: () =>
      Promise.resolve({
        problem: gpus === 0 ? 'the driver sees no GPU' : '',
        devices: Array.from({ length: gpus }, () => ({
          name: 'NVIDIA Double',
          target: 'sm90',
          memoryBytes: 80 * 2 ** 30,
        })),
      }),
    build(model, request, onLog) {
      calls.built.push({ model, options: request });
      if (options.buildError !== undefined) return Promise.reject(options.buildError);
      onLog('info', 'a message of the parser');
      request.onProgress?.({ phase: 'build', done: 0 });
      onLog('verbose', 'a verbose message of the builder');
      onLog('warning', 'a warning of the builder');
      return Promise.resolve({
        backend: flavour === 'rtx' ? 'tensorrt-rtx' : 'tensorrt',
        libraryVersion: version,
        targets: ['current'],
        plan: planBytes(flavour),
        bytes: 64,
        layers: 3,
        inputs: [],
        outputs: [],
        timings: { open: 1, parse: 20, build: 1500, total: 1600 },
        warnings: [],
        notes: [],
        timingCache: new Uint8Array([1, 2, 3]),
      });
    },
    load(plan, load) {
      calls.loaded.push({ plan, options: load });
      if (options.loadError !== undefined) return Promise.reject(options.loadError);
      return Promise.resolve({
        ...description(options.engine),
        inspect: () => Promise.resolve(options.inspector ?? inspectorJson),
        time: (timing: TimingOptions) => {
          calls.timed.push(timing);
          return Promise.resolve(timedRun(timing, options));
        },
        [Symbol.asyncDispose]: () => {
          ++calls.disposed;
          return Promise.resolve();
        },
      });
    },
  };
  return { backend, calls };
}

/** As 10.x writes it, with a control character between the parts of the metadata. */
export const inspectorJson =
  '{"Layers": [{"Name": "conv","LayerType": "CaskConvolution","Inputs": [{"Name": "input","Dimensions": [2,1,32,32]}],' +
  '"TacticValue": "0x12","Metadata": "[ONNX Layer: a\u001eb]"},"relu"],\n"Bindings": ["input","scores"]}';

function description(engine: Partial<EngineDescription> = {}): EngineDescription {
  return {
    name: 'double',
    layers: 2,
    tensors: engineTensors,
    profiles: Math.max(1, engine.tensors?.[0]?.profiles.length ?? 1),
    contextMemoryBytes: 3 * 2 ** 20,
    auxiliaryStreams: 0,
    refittable: false,
    profilingVerbosity: 'layer_names_only',
    ...engine,
  };
}

function timedRun(timing: TimingOptions, { queries = 24, notes = [] }: DoubleOptions): TimedRun {
  return {
    trace: scriptedTrace(queries),
    notes,
    ...(timing.fetchOutputs
      ? {
          outputs: {
            scores: {
              dtype: 'float32',
              shape: [2, 5],
              data: Float32Array.of(0.5, -1, NaN, Infinity, 1e-7, 1, 2, 3, 4, 5),
            },
          },
        }
      : {}),
    ...(timing.profileLayers
      ? {
          profiledIterations: 34,
          layers: [
            { name: 'conv "1"', timeMs: 34, averageMs: 1, medianMs: 0.99, percentage: 80 },
            { name: 'relu', timeMs: 8.5, averageMs: 0.25, medianMs: 0.25, percentage: 20 },
            { name: 'nothing', timeMs: 0, averageMs: 0, medianMs: 0, percentage: 0 },
          ],
        }
      : {}),
  };
}

/** Queries of about 1 ms of compute, one every 2 ms, with 10 before that do not count. */
export function scriptedTrace(queries: number): InferenceTrace {
  const times = (offset: number, jitter = 0): Float32Array =>
    Float32Array.from({ length: queries }, (_, query) => 200 + query * 2 + offset + jitter * (query % 3));
  return {
    stream: new Uint32Array(queries),
    enqueueStart: times(0),
    enqueueEnd: times(0.1, 0.01),
    h2dStart: times(0.05),
    h2dEnd: times(0.25),
    computeStart: times(0.3),
    computeEnd: times(1.3, 0.02),
    d2hStart: times(1.4),
    d2hEnd: times(1.5),
    walltimeMs: Math.fround(queries * 2),
    warmUpQueries: 10,
  };
}
