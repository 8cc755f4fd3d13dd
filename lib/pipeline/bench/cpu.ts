import { availableParallelism } from 'node:os';
import { onnxRuntimeVersion, WorkerProcess } from '../../backends/onnxruntime/index.js';
import type { LayerTime } from '../../backends/tensorrt/index.js';
import { layersOfKernels } from '../../bench/layers/kernels.js';
import type { InferenceTrace } from '../../bench/trace.js';
import { modelInputs, type NamedTensors } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import { describeModel, openModel, type Model } from '../../model/index.js';
import { cpuForm, quantizedNodes } from '../../model/quantized-nodes.js';
import type { OperationOptions } from '../../progress.js';
import type { SampleOptions } from '../calibration/samples.js';
import { Workspace } from '../workspace.js';
import { cpuName } from './conditions.js';
import type { Contender, ProfiledRun, Round, RoundLength } from './contender.js';
import { madeUpFeeds, runShapes, sampleFeeds, type InputShapes } from './feeds.js';
import type { BenchmarkOptions } from './options.js';

/** Runs of the profiler that count. */
const PROFILED_RUNS = 20;

/** A model on ONNX Runtime's CPU kernels, in the process that all models of a benchmark share. */
export class CpuContender implements Contender {
  readonly backend = 'onnxruntime';
  readonly device = cpuName();
  readonly precision: string;
  readonly quantized: readonly string[];
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
  readonly #worker: WorkerProcess;
  readonly #model: Model;
  readonly #feeds: NamedTensors;
  readonly #threads: number;
  readonly #spinning: boolean;

  private constructor(
    readonly label: string,
    readonly model: string,
    parts: { model: Model; feeds: NamedTensors; worker: WorkerProcess; warnings: readonly string[] },
    options: BenchmarkOptions,
  ) {
    this.#worker = parts.worker;
    this.#model = parts.model;
    this.#feeds = parts.feeds;
    this.#threads = options.threads ?? availableParallelism();
    this.#spinning = options.spinning ?? true;
    this.quantized = quantizedNodes(parts.model.graph).map(({ name }) => name);
    this.precision = precisionOf(parts.model);
    this.warnings = parts.warnings;
    this.conditions = { onnxruntime: onnxRuntimeVersion(), threads: this.#threads, spinning: this.#spinning };
  }

  get shapes(): InputShapes {
    return Object.fromEntries(Object.entries(this.#feeds).map(([name, { shape }]) => [name, shape]));
  }

  /** @throws CalibrtError `ERR_MODEL_*`; `ERR_USAGE` for options of a GPU, or shapes that do not fit; `ERR_DATA_*`. */
  static async create(
    label: string,
    path: string,
    given: InputShapes,
    worker: WorkerProcess,
    options: BenchmarkOptions,
  ): Promise<CpuContender> {
    checkOptions(options);
    const model = await openModel(path);
    const inputs = modelInputs(model.inputs);
    const { shapes, madeUp } = runShapes(path, inputs, given);
    const sampled = options.data !== undefined;
    const feeds = sampled ? await sampleFeeds(options as SampleOptions, inputs, given) : madeUpFeeds(inputs, shapes);
    const warnings = [
      ...(madeUp.length === 0 || sampled
        ? []
        : [`${path}: every open dimension of ${madeUp.join(', ')} is taken as 1: give --shapes`]),
      ...(cpuForm(model.graph) === 'simulated' ? [simulated(path)] : []),
    ];
    return new CpuContender(label, path, { model, feeds, worker, warnings }, options);
  }

  async round(length: RoundLength, options: OperationOptions): Promise<Round> {
    const { starts, ends, warmUpQueries, otherLoadPercent } = await this.#worker.run(
      { kind: 'bench', ...this.#job(), ...length },
      { ...(options.signal === undefined ? {} : { signal: options.signal }) },
    );
    const [start, end] = [Float32Array.from(starts), Float32Array.from(ends)];
    const trace: InferenceTrace = {
      stream: new Uint32Array(start.length),
      enqueueStart: start,
      enqueueEnd: end,
      h2dStart: start,
      h2dEnd: start,
      computeStart: start,
      computeEnd: end,
      d2hStart: end,
      d2hEnd: end,
      walltimeMs: ends.at(-1) ?? 0,
      warmUpQueries,
    };
    const latency = Float32Array.from(ends, (time, query) => time - starts[query]!);
    const none = new Float32Array(latency.length);
    const times = { enqueue: latency, h2d: none, compute: latency, d2h: none, latency };
    return { trace, times, otherLoadPercent, notes: [] };
  }

  async profile(options: OperationOptions): Promise<ProfiledRun> {
    await using workspace = await Workspace.create();
    const { kernels, outputs } = await this.#worker.run(
      { kind: 'profile', ...this.#job(), runs: PROFILED_RUNS, folder: workspace.folder },
      { ...(options.signal === undefined ? {} : { signal: options.signal }) },
    );
    const layers = layersOfKernels(kernels, this.#model.nodes);
    const total = kernels.reduce((sum, { times }) => sum + times.reduce((a, b) => a + b, 0), 0);
    const times = kernels.map(({ name, times }): LayerTime => {
      const timeMs = times.reduce((sum, time) => sum + time, 0);
      const medianMs = Float32Array.from(times).sort()[times.length >> 1]!;
      return { name, timeMs, averageMs: timeMs / times.length, medianMs, percentage: (timeMs / total) * 100 };
    });
    return { layers, times, iterations: PROFILED_RUNS, outputs };
  }

  /** The worker is everyone's. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #job(): { model: string; feeds: NamedTensors; threads: number; spinning: boolean } {
    return { model: this.model, feeds: this.#feeds, threads: this.#threads, spinning: this.#spinning };
  }
}

/** What only a GPU has is a mistake where a model runs on the CPU: its figures would be taken for those of what was asked. */
function checkOptions({ streams = 1, cudaGraph, transfers = true, spinWait }: BenchmarkOptions): void {
  const flags = [
    [streams !== 1, '--streams'],
    [cudaGraph === true, '--cuda-graph'],
    [!transfers, '--no-transfers'],
    [spinWait === true, '--spin-wait'],
  ] as const;
  const wrong = flags.find(([given]) => given)?.[1];
  if (wrong === undefined) return;
  throw new CalibrtError('ERR_USAGE', `${wrong} is for engines on a GPU: leave it out with --backend onnxruntime`);
}

function precisionOf(model: Model): string {
  const { quantization, bytes } = describeModel(model);
  if (quantization.dequantizeLinear > 0) return 'int8';
  const largest = Object.entries(bytes).sort((a, b) => b[1] - a[1])[0]?.[0];
  return largest === 'float16' ? 'fp16' : largest === 'bfloat16' ? 'bf16' : 'fp32';
}

function simulated(path: string): string {
  return (
    `${path} has its Q/DQ in TensorRT's form, which ONNX Runtime's CPU kernels carry out in float: its time on the CPU says nothing of ` +
    'INT8. For the CPU, write the other form: `calibrt quantize MODEL -o OUT --for onnxruntime`, with the same `--table` if you kept it'
  );
}
