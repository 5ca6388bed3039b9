export { type Dimension, LANGUAGES, type Language, type Metric, metricSchema, nameIn } from './definition.ts'
export { findByWord, findMetric, listMetrics } from './find-metric.ts'
export { type MetricAnswer, type MetricQuestion, PERIODS, readMetric } from './read-metric.ts'
