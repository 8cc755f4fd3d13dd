import { open, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseMetric } from '../../accuracy/index.js';
import {
  BatchWriter,
  insistsOnLabels,
  storedBatches,
  WorkerProcess,
  type CompareResult,
} from '../../backends/onnxruntime/index.js';
import {
  loadEngine,
  type EngineTensor,
  type ExecutionContext,
  type RuntimeOptions,
} from '../../backends/tensorrt/index.js';
import { fixedBatch, modelInputs, type ModelInput } from '../../data/index.js';
import { CalibrtError, throwIfAborted } from '../../errors.js';
import { openModel } from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import { allSamples } from '../calibration/samples.js';
import { Workspace } from '../workspace.js';
import type { CompareOptions } from './compare-options.js';
import { checkSameInterface, type StatedInterface } from './same-interface.js';

/** Samples per run where both sides leave it free and no metric takes the samples one by one. */
const PLAN_BATCH = 8;

/** Whether a file is an engine plan, by its first bytes; what is no regular file, or cannot be read, is none. */
export async function isPlan(path: string): Promise<boolean> {
  // Opening a pipe would wait for its writer.
  const info = await stat(path).catch(() => undefined);
  const file = info?.isFile() === true ? await open(path).catch(() => undefined) : undefined;
  if (file === undefined) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return ['vtrt', 'ftrt'].includes(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await file.close();
  }
}

/** What is used of an engine. */
export interface RunnableEngine {
  readonly tensors: readonly EngineTensor[];
  createContext(options: {
    readonly onWarning?: (message: string) => void;
  }): Promise<Pick<ExecutionContext, 'infer'> & AsyncDisposable>;
  dispose(): Promise<void>;
}

/** Makes a plan ready to run. */
export type LoadPlan = (path: string, options: RuntimeOptions) => Promise<RunnableEngine>;

/** One of the two that are compared: an ONNX model, run by ONNX Runtime, or an engine, run by its own library. */
interface Side extends StatedInterface {
  /** Inputs as samples feed them. */
  readonly feeds: readonly ModelInput[];
  readonly engine?: RunnableEngine;
}

/**
 * Runs an engine plan, or two, over the same samples as a model and pools how far the candidate's outputs are from the reference's. A
 * plan runs on the GPU that it was built for; what one side makes of the samples waits on disk for the other.
 *
 * @param load - Makes a plan ready to run; default: with the library that built it.
 * @throws CalibrtError as `evaluate` throws for models, and as `loadEngine` throws: `ERR_NO_GPU`, `ERR_BACKEND_MISSING`, `ERR_PLAN_INVALID`;
 *   `ERR_MODEL_UNSUPPORTED` where the two are fixed to different batches.
 */
export async function evaluatePlans(
  reference: string,
  candidate: string,
  options: CompareOptions & RuntimeOptions,
  load: LoadPlan = loadEngine,
): Promise<CompareResult> {
  const metric = options.metric === undefined ? undefined : parseMetric(options.metric);
  await using expected = await openSide(reference, options, load);
  await using actual = await openSide(candidate, options, load);
  checkSameInterface(expected.side, actual.side);
  const inputs = expected.side.feeds;
  const samples = await allSamples(options, inputs);
  const run = batchOf(expected.side, actual.side, options.batch ?? (metric === undefined ? PLAN_BATCH : 1));
  await using worker = new WorkerProcess();
  await using workspace = await Workspace.create();
  const folders = {
    inputs: workspace.path('inputs'),
    reference: workspace.path('reference'),
    candidate: workspace.path('candidate'),
  };
  const operation = quiet(options);
  const settings = { ...run, threads: options.threads ?? availableParallelism() };
  const recorded = await worker.run(
    {
      kind: 'record',
      source: samples.calibration,
      tensors: inputs.map(({ name }) => name),
      folder: folders.inputs,
      exactQdq: true,
      phase: 'read',
      ...settings,
    },
    { ...operation, ...(samples.stream === undefined ? {} : { stream: samples.stream }) },
  );
  const outputs = expected.side.outputs.map(({ name }) => name);
  for (const [name, { side }] of [['reference', expected] as const, ['candidate', actual] as const]) {
    if (side.engine) await runEngine(side.engine, folders.inputs, folders[name], options);
    else {
      const source = { kind: 'stored', folder: folders.inputs } as const;
      const exactQdq = name === 'reference' || (options.exactQdq ?? true);
      const job = { kind: 'record', model: side.path, source, tensors: outputs, folder: folders[name] } as const;
      await worker.run({ ...job, exactQdq, phase: 'verify', ...settings }, operation);
    }
  }
  const compared = await worker.run(
    {
      kind: 'compare-stored',
      referenceOutputs: folders.reference,
      candidateOutputs: folders.candidate,
      names: { reference, candidate },
      outputs,
      insistOnLabels: insistsOnLabels(samples.calibration, metric),
      ...(metric === undefined ? {} : { metric }),
      ...run,
    },
    operation,
  );
  return { ...compared, skipped: recorded.skipped };
}

async function openSide(
  path: string,
  options: RuntimeOptions,
  load: LoadPlan,
): Promise<{ readonly side: Side } & AsyncDisposable> {
  if (!(await isPlan(path))) {
    const { inputs, outputs } = await openModel(path);
    return {
      side: { path, inputs, outputs, feeds: modelInputs(inputs) },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const { backend, flavour, library, device, onLog, logLevel } = options;
  const engine = await load(path, defined({ backend, flavour, library, device, onLog, logLevel }));
  const inputs = engine.tensors.filter(({ mode }) => mode === 'input').map(stated);
  const outputs = engine.tensors.filter(({ mode }) => mode === 'output').map(stated);
  return {
    side: { path, inputs, outputs, feeds: modelInputs(inputs), engine },
    [Symbol.asyncDispose]: () => engine.dispose(),
  };
}

function stated({ name, dtype, shape }: EngineTensor): { name: string; dtype: string; shape: (number | null)[] } {
  return { name, dtype, shape: shape.map((dim) => (dim < 0 ? null : dim)) };
}

/** Samples of a run that both sides take. */
function batchOf(reference: Side, candidate: Side, wanted: number): { batch: number; fixedBatch: boolean } {
  const fixed = [reference, candidate].flatMap(({ feeds }) => fixedBatch([...feeds]) ?? []);
  const [first = wanted, second = first] = fixed;
  if (first !== second) {
    throw new CalibrtError(
      'ERR_MODEL_UNSUPPORTED',
      `${reference.path} takes ${first} samples a run, ${candidate.path} takes ${second}: build the plan for the same number`,
    );
  }
  const ranges = [reference, candidate]
    .flatMap(({ engine }) => engine?.tensors ?? [])
    .flatMap(({ profiles }) => profiles[0] ?? []);
  const least = Math.max(1, ...ranges.map(({ min }) => min[0] ?? 1));
  const most = Math.min(...ranges.map(({ max }) => max[0] ?? wanted), Infinity);
  const batch = fixed.length > 0 ? first : Math.min(Math.max(wanted, least), most);
  // A profile may not take the few samples that are left at the end.
  return { batch, fixedBatch: fixed.length > 0 || least > 1 };
}

async function runEngine(
  engine: RunnableEngine,
  inputs: string,
  folder: string,
  options: OperationOptions,
): Promise<void> {
  const writer = await BatchWriter.create(folder);
  await using context = await engine.createContext(options.onWarning ? { onWarning: options.onWarning } : {});
  let done = 0;
  for await (const batch of storedBatches(inputs)) {
    throwIfAborted(options.signal);
    await writer.write({ ...batch, inputs: await context.infer(batch.inputs) });
    options.onProgress?.({ phase: 'run', done: (done += batch.names.length) });
  }
}

function quiet({ signal, onProgress, onWarning }: OperationOptions): OperationOptions {
  return { ...(signal && { signal }), ...(onProgress && { onProgress }), ...(onWarning && { onWarning }) };
}

function defined(options: { [K in keyof RuntimeOptions]: RuntimeOptions[K] | undefined }): RuntimeOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
