export { type Dimension, type Metric, metricSchema } from './definition.ts'
export { findByWord, findMetric, listMetrics } from './find-metric.ts'
export { type MetricAnswer, type MetricQuestion, PERIODS, readMetric } from './read-metric.ts'
