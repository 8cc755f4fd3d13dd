/** Calibration tables: calibrt's own, and those that others read and write. */
export { checkTable, tableCoverage, type TableCoverage, type TableNeeds } from './check.js';
export { compareTables, type RangeDifference, type RatioSummary, type TableComparison } from './compare.js';
export { parseTable, readTable, serializeTable, writeTable, type WriteTableOptions } from './files.js';
export type { SerializeOptions, TableFormat } from './format.js';
export { detectTableFormat, tableFormat, tableFormatOf, tableFormats } from './formats.js';
export { checkMergeable, mergeTables } from './merge.js';
export { calibratorOfLabel } from './method-label.js';
export {
  asymmetricRange,
  isAsymmetric,
  observedValues,
  rangeOfScale,
  symmetricRange,
  symmetricScale,
} from './range.js';
export { recomputeTable } from './recompute.js';
export { packStatistics, unpackStatistics } from './statistics.js';
export { cacheHeader } from './tensorrt-format.js';
export type {
  CalibrationTable,
  ObservedValues,
  TableConditions,
  TableData,
  TableFormatName,
  TableOrigin,
  TensorRange,
} from './table.js';
export {
  DEFAULT_CACHE_ALGORITHM,
  DEFAULT_CACHE_VERSION,
  formatTensorRtCache,
  parseTensorRtCache,
  type CacheEntry,
  type TensorRtCache,
} from './tensorrt-cache.js';
