/** Samples: from files, arrays and iterables to batches of typed arrays that fit the network. */
export type { Batch } from './batch.js';
export { readBatches, type ReadOptions } from './batches.js';
export { fromIterable, type IterableOptions, type IterableSample } from './iterable.js';
export type { LooseTensor } from './loose-tensor.js';
export { modelInputs, type StatedInput } from './model-inputs.js';
export { openDataset, type Dataset, type DatasetDescription, type Sample } from './dataset.js';
export { presets, type Preprocess } from './images/preprocess.js';
export { defaultHoldout, DEFAULT_LIMIT, selectSamples, type Selection, type SelectionOptions } from './select.js';
export { fixedBatch } from './shape.js';
export { findLeftOut, type LeftOut } from './sources/left-out.js';
export { MAX_SKIPPED_SHARE } from './skip-policy.js';
export type {
  DataSource,
  DataSpec,
  Fit,
  Layout,
  ModelInput,
  PixelFormat,
  PreprocessPreset,
  PreprocessSpec,
  SampleSummary,
} from './spec.js';
export { summarizeSample } from './summary.js';
export type { DataType, NamedTensors, Tensor, TensorData } from './tensor.js';
export { NearDuplicateFinder, type NearDuplicates } from './near-duplicates.js';
