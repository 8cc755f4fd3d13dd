import { parseInspector } from '../../bench/layers/inspector.js';
import { joinTimes as joinLayerTimes } from '../../bench/layers/join-times.js';
import { queryTimes } from '../../bench/query-times.js';
import { modelInputs, type NamedTensors } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import { openModel, type Model } from '../../model/index.js';
import { quantizedNodes } from '../../model/quantized-nodes.js';
import type { OperationOptions } from '../../progress.js';
import type { BuildPlanOptions } from '../build/build.js';
import type { SampleOptions } from '../calibration/samples.js';
import { Workspace } from '../workspace.js';
import type { Contender, ProfiledRun, Round, RoundLength } from './contender.js';
import { engineShapes, statedInputs, type EngineShapes } from './engine-shapes.js';
import type { EngineTools, TimeableEngine } from './engine-tools.js';
import { madeUpFeeds, runShapes, sampleFeeds, type InputShapes } from './feeds.js';
import type { BenchmarkOptions, BuildPrecision } from './options.js';
import type { ResolvedTarget } from './targets.js';

/** Runs of the profiler that count, at least. */
const PROFILED_RUNS = 20;

/** What an engine is made of here. */
interface Parts {
  readonly target: ResolvedTarget;
  readonly engine: TimeableEngine;
  readonly backend: Contender['backend'];
  readonly shapes: EngineShapes;
  readonly inputs: NamedTensors;
  readonly model: Model | undefined;
  readonly device: string;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

/** An engine on a GPU: a plan, or a model that is built first. */
export class TensorRtContender implements Contender {
  readonly label: string;
  readonly model: string;
  readonly backend: Contender['backend'];
  readonly device: string;
  readonly precision: string | null;
  readonly shapes: InputShapes;
  readonly quantized: readonly string[];
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
  readonly #engine: TimeableEngine;
  readonly #nodes: ReadonlySet<string> | undefined;
  readonly #run: { readonly shapes: InputShapes; readonly inputs: NamedTensors; readonly profile: number };
  readonly #options: BenchmarkOptions;

  private constructor(
    { target, engine, backend, shapes, inputs, model, device, conditions, warnings }: Parts,
    options: BenchmarkOptions,
  ) {
    this.label = target.label;
    this.model = target.model;
    this.backend = backend;
    this.device = device;
    this.quantized = model === undefined ? [] : quantizedNodes(model.graph).map(({ name }) => name);
    this.precision = target.isPlan ? null : this.quantized.length > 0 ? 'int8' : target.precision;
    this.shapes = shapes.shapes;
    this.conditions = conditions;
    this.warnings = warnings;
    this.#engine = engine;
    this.#nodes = model === undefined ? undefined : new Set(model.graph.nodes.map(({ name }) => name));
    this.#run = { shapes: shapes.shapes, inputs, profile: shapes.profile };
    this.#options = options;
  }

  /**
   * Loads a plan, or builds a model for the shapes that it is to run in and loads that.
   *
   * @throws CalibrtError as `buildPlan` and `loadEngine` throw; `ERR_USAGE` for options of the CPU, or shapes that do not fit; `ERR_DATA_*`.
   */
  static async create(
    target: ResolvedTarget,
    options: BenchmarkOptions,
    tools: EngineTools,
  ): Promise<TensorRtContender> {
    checkOptions(target, options);
    await using workspace = await Workspace.create();
    const built = target.isPlan ? undefined : await build(target, workspace.path('engine.plan'), options, tools);
    const { engine, backend } = await tools.load(built?.plan ?? target.model, {
      ...(target.backend === 'auto' || target.backend === 'onnxruntime' ? {} : { backend: target.backend }),
      ...pick(options, 'library', 'device', 'onLog'),
    });
    try {
      const { device = 0 } = options;
      const cuda = await tools.gpus();
      const gpu = cuda.devices[device];
      const shapes = engineShapes(target, engine.tensors);
      const conditions = {
        [backend]: engine.libraryVersion,
        driver: cuda.driver,
        ...(gpu === undefined ? {} : { gpu: gpu.target }),
        ...pick(options, 'streams', 'cudaGraph', 'transfers', 'spinWait'),
      };
      return new TensorRtContender(
        {
          ...{ target, engine, backend, shapes, conditions },
          inputs: await feedsOf(engine, shapes.shapes, options),
          model: built?.model,
          device: gpu?.name ?? `GPU ${device}`,
          warnings: built?.warnings ?? [],
        },
        options,
      );
    } catch (error) {
      await engine.dispose();
      throw error;
    }
  }

  async round({ durationMs, ...length }: RoundLength, { signal }: OperationOptions): Promise<Round> {
    const { streams, cudaGraph, transfers, spinWait } = this.#options;
    const { trace, notes } = await this.#engine.time({
      ...this.#run,
      ...length,
      durationSeconds: durationMs / 1000,
      ...pick(
        { streams, cudaGraph, transfers, spinWait, signal },
        'streams',
        'cudaGraph',
        'transfers',
        'spinWait',
        'signal',
      ),
    });
    return { trace, times: queryTimes(trace), otherLoadPercent: null, notes };
  }

  async profile({ signal }: OperationOptions): Promise<ProfiledRun> {
    const {
      layers: times = [],
      profiledIterations = 0,
      outputs = {},
    } = await this.#engine.time({
      ...this.#run,
      iterations: PROFILED_RUNS,
      durationSeconds: 0,
      profileLayers: this.#options.profile === true,
      fetchOutputs: this.#options.outputs === true,
      ...(signal === undefined ? {} : { signal }),
    });
    const layers = joinLayerTimes(parseInspector(await this.#engine.inspect(), this.#nodes), times);
    return { layers, times, iterations: profiledIterations, outputs };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#engine.dispose();
  }
}

/** What only the CPU has. */
function checkOptions({ model }: ResolvedTarget, { threads, spinning }: BenchmarkOptions): void {
  const wrong = threads !== undefined ? '--threads' : spinning === false ? '--no-spinning' : undefined;
  if (wrong === undefined) return;
  throw new CalibrtError(
    'ERR_USAGE',
    `${wrong} is for the CPU, and ${model} runs on a GPU: add --backend onnxruntime, or leave it out`,
  );
}

interface Built {
  readonly plan: string;
  readonly model: Model;
  readonly warnings: readonly string[];
}

async function build(
  target: ResolvedTarget,
  plan: string,
  options: BenchmarkOptions,
  tools: EngineTools,
): Promise<Built> {
  const { model: path, backend, precision } = target;
  const model = await openModel(path);
  const inputs = modelInputs(model.inputs);
  const { shapes, madeUp } = runShapes(path, inputs, target.shapes);
  const open = inputs.filter(({ shape }) => shape.some((size) => typeof size !== 'number'));
  const ranges = open.map(({ name }) => [name, { min: shapes[name]!, opt: shapes[name]!, max: shapes[name]! }]);
  await tools.build(path, plan, {
    ...(backend === 'auto' || backend === 'onnxruntime' ? {} : { backend }),
    ...(open.length === 0 ? {} : { profiles: [Object.fromEntries(ranges)] }),
    ...typesOf(precision),
    ...pick(options, 'library', 'device', 'onLog', 'signal', 'onProgress'),
    targets: ['current'],
    ...(options.profile === true ? { profilingVerbosity: 'detailed' } : {}),
  });
  const warnings = [
    ...(madeUp.length === 0
      ? []
      : [`${path}: every open dimension of ${madeUp.join(', ')} is taken as 1: give --shapes`]),
    ...(precision === 'int8'
      ? [`${path}: INT8 with ranges that have nothing to do with the model: only its time means something`]
      : []),
  ];
  return { plan, model, warnings };
}

function typesOf(precision: BuildPrecision): BuildPlanOptions {
  if (precision === 'int8') return { int8: true, placeholderRanges: true };
  return precision === 'fp32' ? {} : { [precision]: true };
}

/** trtexec's random numbers for floats, which the engine's runner makes itself; ones for whole numbers; or a sample. */
async function feedsOf(engine: TimeableEngine, shapes: InputShapes, options: BenchmarkOptions): Promise<NamedTensors> {
  if (options.data !== undefined) return sampleFeeds(options as SampleOptions, statedInputs(engine.tensors), shapes);
  return madeUpFeeds(
    statedInputs(engine.tensors.filter(({ dtype }) => /^(u?int(8|16|32|64)|bool)$/.test(dtype))),
    shapes,
  );
}

function pick<T extends object, K extends keyof T>(
  from: T,
  ...keys: readonly K[]
): { [Key in K]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]]))) as {
    [Key in K]?: Exclude<T[Key], undefined>;
  };
}
