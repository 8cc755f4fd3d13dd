/** How far two models' outputs are apart: figures that add up over samples, and a user's own. */
export { MetricsAccumulator, type OutputMetrics } from './metrics.js';
export { metricName, parseMetric, type MetricSpec } from './metric-spec.js';
export { checkMetric, openMetric, type Metric } from './metric.js';
export type { MetricModule, MetricPass, SampleMetric } from './metric-module.js';
export { samplePairs, type SampleLabels, type SamplePair } from './sample-pair.js';
export { HitCounter } from './hits.js';
export { numbers } from './numbers.js';
