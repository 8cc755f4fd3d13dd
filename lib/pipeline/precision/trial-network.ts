import { rm } from 'node:fs/promises';
import { metricName, type MetricSpec } from '../../accuracy/index.js';
import {
  checkReferenceFigure,
  type Judgement,
  type SampleSource,
  type WorkerProcess,
} from '../../backends/onnxruntime/index.js';
import { fixedBatch, modelInputs } from '../../data/index.js';
import { CalibrtError } from '../../errors.js';
import {
  addShifts,
  exposeTensors,
  insertQdq,
  macsOf,
  openModel,
  shapesForMacs,
  type Model,
  type Placement,
  type QuantizationRange,
} from '../../model/index.js';
import type { OperationOptions } from '../../progress.js';
import type { Workspace } from '../workspace.js';

/** What a {@link TrialNetwork} is made of. */
export interface TrialParts {
  /** Keeps the files of two networks in one workspace apart. */
  readonly name: string;
  /** The cleaned FP32 network. */
  readonly model: Model;
  readonly ranges: ReadonlyMap<string, QuantizationRange>;
  /** What the bias of a node takes in where it is quantized: the repair of its mean. */
  readonly shifts?: ReadonlyMap<string, ArrayLike<number>> | undefined;
  /** Samples that judge. */
  readonly samples: SampleSource;
  readonly metric?: MetricSpec | undefined;
  /** Run Q/DQ as written, in float (TensorRT's form), or with the CPU's integer kernels. */
  readonly exactQdq: boolean;
  readonly worker: WorkerProcess;
  readonly workspace: Workspace;
  readonly threads: number;
}

/** Inputs and the reference's outputs on disk, for runs of a network or of a part of it. */
export interface StoredInputs {
  readonly folder: string;
  /** Shape and type of each tensor of the first batch. */
  readonly tensors: Readonly<Record<string, { readonly dtype: string; readonly shape: readonly number[] }>>;
}

/**
 * A network that is quantized in one way after another and judged by what FP32 makes of the same samples. Samples are read and FP32 is
 * run once; both stay on disk, one sample a file. The weights lie in one file that all trials share.
 */
export class TrialNetwork {
  #trials = 0;

  private constructor(
    private readonly parts: TrialParts,
    /** The FP32 network, its weights in a file of the workspace. */
    readonly model: Model,
    /** The network's inputs. */
    readonly inputs: StoredInputs,
    private readonly reference: string,
    /** Multiply-accumulates of each node, for one sample. */
    readonly macs: ReadonlyMap<string, number>,
    readonly samples: number,
  ) {}

  /**
   * Reads the samples and runs FP32 on them.
   *
   * @throws CalibrtError `ERR_DATA_*`; `ERR_DATA_EMPTY` where there is no sample.
   */
  static async open(parts: TrialParts, options: OperationOptions): Promise<TrialNetwork> {
    const { workspace, worker } = parts;
    const path = workspace.path(`${parts.name}-fp32.onnx`);
    await parts.model.save(path, { temporary: true, external: true });
    const model = await openModel(path);
    // Names that the graph made up for nameless nodes count their places before cleaning; a file has none.
    model.nodes.forEach((node, index) => (node.name = parts.model.nodes[index]!.name));
    const common = { ...runSettings(parts), phase: 'reference' } as const;
    const folders = {
      inputs: workspace.path(`${parts.name}-inputs`),
      reference: workspace.path(`${parts.name}-reference`),
    };
    const names = model.inputs.map(({ name }) => name);
    const operation = quiet(options);
    const recorded = await worker.run(
      { kind: 'record', model: path, source: parts.samples, tensors: names, folder: folders.inputs, ...common },
      operation,
    );
    if (recorded.samples === 0) throw new CalibrtError('ERR_DATA_EMPTY', 'there is no sample to judge by');
    await worker.run(
      {
        kind: 'record',
        model: path,
        source: { kind: 'stored', folder: folders.inputs },
        tensors: model.outputs.map(({ name }) => name),
        folder: folders.reference,
        ...common,
      },
      operation,
    );
    const macs = await countMacs(model, parts, operation);
    const inputs = { folder: folders.inputs, tensors: recorded.tensors };
    return new TrialNetwork(parts, model, inputs, folders.reference, macs, recorded.samples);
  }

  get outputs(): readonly string[] {
    return this.model.outputs.map(({ name }) => name);
  }

  /** Whether all tensors that a placement quantizes have a range. */
  hasRanges(placement: Placement): boolean {
    return placement.activations.every(({ tensor }) => this.parts.ranges.has(tensor));
  }

  /** The network quantized by a placement, with the ranges of this network. */
  async quantize(placement: Placement): Promise<Model> {
    const quantized = await withShifts(this.model, placement, this.parts.shifts);
    await insertQdq(quantized, placement, this.parts.ranges);
    return quantized;
  }

  /** Judges networks, or parts of them, one after another. Their files are gone afterwards. */
  async judge(
    models: readonly Model[],
    options: OperationOptions,
    inputs: StoredInputs = this.inputs,
  ): Promise<readonly Judgement[]> {
    const { workspace, worker, metric } = this.parts;
    const candidates = models.map(() => workspace.path(`${this.parts.name}-${this.#trials++}.onnx`));
    try {
      for (const [index, model] of models.entries()) await model.save(candidates[index]!, { temporary: true });
      const { judgements } = await worker.run(
        {
          kind: 'judge',
          candidates,
          inputs: inputs.folder,
          reference: this.reference,
          outputs: this.outputs,
          ...(metric === undefined ? {} : { metric }),
          ...runSettings(this.parts),
          phase: 'judge',
        },
        quiet(options),
      );
      return judgements;
    } finally {
      await Promise.all(candidates.map((path) => rm(path, { force: true })));
    }
  }

  /** Runs a part of a network on stored tensors and stores what it makes of them. */
  async record(
    part: Model,
    from: StoredInputs,
    tensors: readonly string[],
    folder: string,
    options: OperationOptions,
  ): Promise<StoredInputs> {
    const { workspace, worker } = this.parts;
    const path = workspace.path(`${this.parts.name}-${this.#trials++}.onnx`);
    try {
      await part.save(path, { temporary: true });
      const recorded = await worker.run(
        {
          kind: 'record',
          model: path,
          source: { kind: 'stored', folder: from.folder },
          tensors,
          folder: workspace.path(`${this.parts.name}-${folder}`),
          ...runSettings(this.parts),
          phase: 'record',
        },
        quiet(options),
      );
      return { folder: workspace.path(`${this.parts.name}-${folder}`), tensors: recorded.tensors };
    } finally {
      await rm(path, { force: true });
    }
  }

  /**
   * What the metric makes of FP32 itself; undefined without a metric.
   *
   * @throws CalibrtError `ERR_DATA_NOT_FINITE` where that is nothing to keep a budget by.
   */
  async referenceFigure(options: OperationOptions): Promise<number | undefined> {
    const { metric, model } = this.parts;
    if (metric === undefined) return undefined;
    const [judgement] = await this.judge([this.model], options);
    const figure = judgement!.metric!.value;
    const { nonFinite = {} } = judgement!;
    const { path } = model;
    checkReferenceFigure({ metric, name: metricName(metric), figure, model: path, outputs: this.outputs, nonFinite });
    return figure;
  }
}

/** A copy of the float network in which the nodes that a placement quantizes have their shifts. */
export async function withShifts(
  model: Model,
  placement: Placement,
  shifts: ReadonlyMap<string, ArrayLike<number>> = new Map(),
): Promise<Model> {
  const copy = model.clone();
  const quantized = new Set(placement.nodes.filter((node) => node.quantized).map(({ node }) => node));
  await addShifts(copy, new Map([...shifts].filter(([node]) => quantized.has(node))));
  return copy;
}

function runSettings({ model, threads, exactQdq }: TrialParts): {
  batch: number;
  fixedBatch: boolean;
  threads: number;
  exactQdq: boolean;
} {
  const fixed = fixedBatch(modelInputs(model.inputs));
  // One sample a run where the network leaves it free: not every output has a row for each of several.
  return { batch: fixed ?? 1, fixedBatch: fixed !== undefined, threads, exactQdq };
}

async function countMacs(
  model: Model,
  parts: TrialParts,
  options: OperationOptions,
): Promise<ReadonlyMap<string, number>> {
  const { workspace, worker } = parts;
  const tensors = shapesForMacs(model).filter((name) => !model.initializers.has(name));
  const exposed = workspace.path(`${parts.name}-shapes.onnx`);
  await exposeTensors(model, tensors).save(exposed, { temporary: true });
  const { samples } = parts;
  const source = samples.kind === 'dataset' ? { ...samples, take: 1 } : samples;
  const folder = workspace.path(`${parts.name}-shapes`);
  const { tensors: found } = await worker.run(
    { kind: 'record', model: exposed, source, tensors, folder, ...runSettings(parts), phase: 'reference' },
    options,
  );
  await Promise.all([rm(folder, { recursive: true }), rm(exposed)]);
  const shapes = new Map(Object.entries(found).map(([name, { shape }]) => [name, shape]));
  const { batch } = runSettings(parts);
  return new Map(model.nodes.map((node) => [node.name, macsOf(node, model, shapes) / batch]));
}

/** Jobs of a fraction of a second report no progress of their own. */
function quiet({ signal, onWarning }: OperationOptions): OperationOptions {
  return { ...(signal && { signal }), ...(onWarning && { onWarning }) };
}
