/** The ONNX graph: open, clean, place and insert Q/DQ, save. */
export { openModel, parseModel, type OpenOptions } from './open.js';
export { Model, type ModelSource } from './model.js';
export type { SaveOptions } from './save.js';
export { Graph } from './graph.js';
export { GraphNode, type NodeSpec } from './node.js';
export { Initializer } from './initializer.js';
export type { Attribute } from './attribute.js';
export type { ElementType } from './element-type.js';
export type { TensorInfo, ValueInfo } from './value-info.js';
export { cleanModel, type CleanOptions, type CleanReport } from './clean/clean.js';
export type { Evaluate } from './clean/fold-constants.js';
export { upgradeOpset, type UpgradeReport } from './opset/upgrade.js';
export { exposeTensors, type ExposeOptions } from './expose.js';
export { checkOperators } from './operators.js';
export { setInputShapes } from './input-shapes.js';
export { placeQdq } from './placement/place.js';
export type {
  ActivationPoint,
  BiasPoint,
  Edge,
  GraphForm,
  NodeDecision,
  Placement,
  PlacementOptions,
  WeightPoint,
} from './placement/types.js';
export { insertQdq, type InsertOptions, type QdqReport } from './qdq/insert.js';
export type { FinalRange, QuantizationRange } from './qdq/ranges.js';
export type { QuantizedWeight, QuantizeWeights, WeightStorage } from './qdq/weights.js';
export { quantizationPoints, type QuantizationPoint } from './qdq/read.js';
export { scaleFloor } from './qdq/scale.js';
export { explainPlacement, type PlacementRow } from './placement/explain.js';
export { hasQdq } from './has-qdq.js';
export { describeModel, type ModelDescription } from './describe.js';
export { activationTensors } from './activation-tensors.js';
export { dialInputs, openDial, type Dial } from './dial-inputs.js';
export { extractPart } from './extract.js';
export { tensorsAtCut } from './cut.js';
export { exactPattern } from './placement/exact.js';
export { placementByNode, restrictPlacement } from './placement/restrict.js';
export { macsOf, shapesForMacs } from './macs.js';
export { addDials, type DialModel } from './dials.js';
export { castModel, type CastOptions, type CastReport } from './precision/cast.js';
export type { KeptNode } from './precision/decide.js';
export type { HalfType } from './precision/half.js';
export { fixModel, lintModel, type Fixed } from './lint/lint.js';
export type { Finding, LintRule, Severity } from './lint/rule.js';
export { lintRules } from './lint/rules.js';
export { insertFp8 } from './fp8/insert.js';
export { greatestE4m3 } from './fp8/e4m3.js';
export { placeWeights } from './weight-only/place.js';
export { placeDynamic } from './dynamic/place.js';
export { insertDynamic } from './dynamic/insert.js';
export { insertSimulation, type SimulatedIntegers } from './simulation/insert.js';
export * from './repair/index.js';
