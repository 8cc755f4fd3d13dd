import { CalibrtError } from '../../errors.js';
import type { Layer, LayerPrecision } from './layer.js';
import { onnxNodesOf } from './onnx-nodes.js';
import { precisionIn } from './precision.js';
import { validInspectorJson } from './valid-json.js';

/** What the engine inspector writes; every key may be missing, and there are more. */
interface InspectorLayer {
  readonly Name?: string;
  readonly LayerType?: string;
  readonly ParameterType?: string;
  readonly TacticName?: string;
  readonly Metadata?: string;
  readonly Inputs?: readonly InspectorTensor[];
  readonly Outputs?: readonly InspectorTensor[];
  readonly Weights?: { readonly Type?: string; readonly Count?: number };
}

/** 10.x has one field for both type and layout, 11.x has two. */
type InspectorTensor = Readonly<Record<string, unknown>>;

/**
 * The layers in an engine inspector's JSON, of TensorRT 8 to 11 and TensorRT-RTX, as `trtexec --exportLayerInfo` writes it too. Engines
 * that were not built with detailed profiling verbosity have only names, which are layers without a precision.
 *
 * @param text - What `validInspectorJson` mends is allowed.
 * @param known - Names of the model's nodes, where there is one: only these are then found in the names of layers.
 * @throws CalibrtError `ERR_PLAN_INVALID` for what is no such JSON.
 */
export function parseInspector(text: string, known?: ReadonlySet<string>): Layer[] {
  return readLayers(text).map((entry) => {
    const layer = typeof entry === 'string' ? { Name: entry } : entry;
    const name = (layer.Name ?? '').replace(/ \[profile \d+\]$/, '');
    const operator = layer.ParameterType ?? layer.LayerType ?? '';
    return {
      name,
      operator,
      nodes: onnxNodesOf(name, layer.Metadata, known),
      precision: precisionOf(layer),
      isReformat: /^(Reformat|Reformatting|NoOp|Cast)$/i.test(operator) || /^Reformatting CopyNode\b/.test(name),
      medianMs: null,
    };
  });
}

function readLayers(text: string): readonly (string | InspectorLayer)[] {
  const parsed: unknown = JSON.parse(validInspectorJson(text));
  if (typeof parsed === 'string') {
    throw new CalibrtError('ERR_PLAN_INVALID', "the layer information is no JSON: expected an engine inspector's");
  }
  const layers = (parsed as { Layers?: unknown } | null)?.Layers;
  const isLayer = (layer: unknown): boolean =>
    typeof layer === 'string' || (typeof layer === 'object' && layer !== null);
  if (!Array.isArray(layers) || !layers.every(isLayer)) {
    throw new CalibrtError(
      'ERR_PLAN_INVALID',
      'the layer information has no "Layers": expected what an engine inspector, or trtexec --exportLayerInfo, writes',
    );
  }
  return layers as readonly (string | InspectorLayer)[];
}

/**
 * What a layer computes in. Weights tell it, where it has some; else what it reads: an INT8 convolution may write its result in any
 * type, but it reads INT8. Where no tensor tells, the name of the tactic may.
 */
function precisionOf({
  Weights: weights,
  Inputs: inputs = [],
  Outputs: outputs = [],
  TacticName: tactic,
}: InspectorLayer): LayerPrecision | null {
  const read = precisions(inputs);
  const written = precisions(outputs);
  const ofWeights = weights?.Type === undefined || weights.Count === 0 ? undefined : precisionIn(weights.Type);
  // Weights that stay in INT8 while the products are computed in float: only the activations tell.
  if (ofWeights !== undefined && (ofWeights !== 'INT8' || read.length === 0)) return ofWeights;
  return read.find((each) => each !== 'other') ?? written[0] ?? read[0] ?? tacticPrecision(tactic) ?? null;
}

function precisions(tensors: readonly InspectorTensor[]): LayerPrecision[] {
  return tensors.flatMap((tensor) => {
    const found = Object.entries(tensor)
      .filter(([key]) => /^(format\/datatype|data ?type|type)$/i.test(key))
      .map(([, value]) => precisionIn(String(value)))
      .find((each) => each !== undefined);
    return found === undefined ? [] : [found];
  });
}

function tacticPrecision(tactic = ''): LayerPrecision | undefined {
  if (/i8i8|int8|imma|idp4a/i.test(tactic)) return 'INT8';
  if (/h884|h1688|h16816|f16f16|fp16|_hmma/i.test(tactic)) return 'FP16';
  return /f32f32|fp32|sgemm|_ffma/i.test(tactic) ? 'FP32' : undefined;
}
