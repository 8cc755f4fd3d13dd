import { readFile } from 'node:fs/promises';
import {
  loadEngine,
  readPlanHeader,
  type EngineDescription,
  type PlanHeader,
  type RuntimeOptions,
} from '../backends/tensorrt/index.js';
import { parseInspector } from '../bench/layers/inspector.js';
import { joinTimes, parseProfileExport } from '../bench/layers/join-times.js';
import type { Layer, LayerSummary } from '../bench/layers/layer.js';
import { summarizeLayers } from '../bench/layers/summary.js';
import { CalibrtError } from '../errors.js';
import { openModel } from '../model/index.js';
import { quantizedNodes } from '../model/quantized-nodes.js';

/** What is to be told of an engine. */
export interface PlanInspectionOptions extends Pick<RuntimeOptions, 'library' | 'device'> {
  /** The model that the plan was built of: which of its quantized nodes run in INT8? */
  readonly model?: string;
  /** File with the engine inspector's JSON (`trtexec --exportLayerInfo`), in place of loading the plan, which takes its GPU. */
  readonly layers?: string;
  /** File with times of the layers (`trtexec --exportProfile`, `calibrt bench --export-profile`). */
  readonly layerTimes?: string;
}

/** The layers of an engine, and what became of the model in it. */
export interface LayersInspection {
  readonly layers: readonly Layer[];
  readonly summary: LayerSummary;
  /** Why less is told than could be, and what to do. */
  readonly remarks: readonly string[];
}

/** What a plan tells. */
export interface PlanInspection extends Partial<LayersInspection> {
  readonly plan: PlanHeader;
  /** Where the plan could be loaded. */
  readonly engine?: EngineDescription;
  readonly remarks: readonly string[];
}

/** What is used of an engine here. */
export interface InspectableEngine extends EngineDescription {
  inspect(): Promise<string>;
  dispose(): Promise<void>;
}

/** Loads a plan. */
export type LoadInspectable = (plan: string, options: RuntimeOptions) => Promise<InspectableEngine>;

/**
 * Tells what a plan holds: its header in any case; its layers where it can be loaded, or where `layers` has them.
 *
 * @param load - Default: with the library that built the plan.
 * @throws CalibrtError `ERR_PLAN_INVALID` for what is no plan, or a file that is no layer information; what `loadEngine` throws, where
 *   `model` asks for the layers and no file has them.
 */
export async function inspectPlan(
  file: string,
  options: PlanInspectionOptions = {},
  load: LoadInspectable = loadEngine,
): Promise<PlanInspection> {
  const plan = await readPlanHeader(file);
  if (options.layers !== undefined) return { plan, ...(await inspectLayers(options.layers, options)) };
  const { library, device } = options;
  let engine: InspectableEngine;
  try {
    engine = await load(file, {
      ...(library === undefined ? {} : { library }),
      ...(device === undefined ? {} : { device }),
    });
  } catch (error) {
    if (!(error instanceof CalibrtError)) throw error;
    const instead = 'or give --layers FILE: what `trtexec --exportLayerInfo=FILE` wrote where the plan runs';
    if (options.model !== undefined || options.layerTimes !== undefined) {
      throw new CalibrtError(error.code, `${error.message}; ${instead}`, { cause: error, details: error.details });
    }
    return { plan, remarks: [`no layers: ${error.message}; ${instead}`] };
  }
  try {
    return { plan, engine: describe(engine), ...(await tell(await engine.inspect(), options)) };
  } finally {
    await engine.dispose();
  }
}

/**
 * Tells what a file of layer information holds.
 *
 * @throws CalibrtError `ERR_PLAN_INVALID` for a file that cannot be read or is none.
 */
export async function inspectLayers(file: string, options: PlanInspectionOptions = {}): Promise<LayersInspection> {
  return tell(await readText(file, 'layer information'), options, file);
}

async function tell(
  text: string,
  { model: path, layerTimes }: PlanInspectionOptions,
  file = 'the engine',
): Promise<LayersInspection> {
  const model = path === undefined ? undefined : await openModel(path);
  const nodes = model?.graph.nodes;
  const told = parseInspector(text, nodes && new Set(nodes.map(({ name }) => name)));
  const times = layerTimes === undefined ? [] : parseProfileExport(await readText(layerTimes, 'layer times'));
  const layers = times.length === 0 ? told : joinTimes(told, times);
  const quantized = model === undefined ? [] : quantizedNodes(model.graph).map(({ name }) => name);
  return { layers, summary: summarizeLayers(layers, quantized), remarks: remarksOn(layers, quantized, path, file) };
}

function remarksOn(
  layers: readonly Layer[],
  quantized: readonly string[],
  model: string | undefined,
  file: string,
): string[] {
  const detailed = layers.some(({ precision }) => precision !== null);
  return [
    ...(detailed || layers.length === 0
      ? []
      : [`${file} has names of layers alone: build with --profiling-verbosity detailed to see what they run in`]),
    ...(model !== undefined && quantized.length === 0 ? [`${model} has no node that Q/DQ asks to run in INT8`] : []),
    ...(model === undefined && detailed ? ['with --model MODEL.onnx: which of its quantized nodes run in INT8'] : []),
  ];
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CalibrtError('ERR_PLAN_INVALID', `${file} cannot be read: expected ${what} as JSON`, { cause });
  }
}

function describe(engine: InspectableEngine): EngineDescription {
  const { name, layers, tensors, profiles, contextMemoryBytes, auxiliaryStreams } = engine;
  const { refittable, profilingVerbosity, weightStreaming } = engine;
  return {
    ...{ name, layers, tensors, profiles, contextMemoryBytes, auxiliaryStreams, refittable, profilingVerbosity },
    ...(weightStreaming === undefined ? {} : { weightStreaming }),
  };
}
