import { z } from 'zod'

/** Languages that numbers are called in, and asked for and told in. */
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const
export type Language = (typeof LANGUAGES)[number]

/** By language: what it is called in it, where that is not `label`. */
const labelsSchema = z.partialRecord(z.enum(LANGUAGES), z.string())

/** By what a metric can be split. */
export const dimensionSchema = z.object({
  name: z.string(),
  label: z.string(),
  /** Whose `column` it is; without one it is a column of the metric's own mart. */
  mart: z.string().optional(),
  /** Column of the metric's mart, and key of the dimension's. */
  join: z.string().optional(),
  column: z.string(),
  synonyms: z.array(z.string()),
  labels: labelsSchema.optional(),
  /** Other words for a value, in any language: Bikes is Fahrräder too. */
  values: z.record(z.string(), z.array(z.string())).optional(),
})
export type Dimension = z.output<typeof dimensionSchema>

/** A number that people ask for by name: dbt/metrics, as dbt/read_metrics.py has checked and resolved it. */
export const metricSchema = z.object({
  name: z.string(),
  label: z.string(),
  description: z.string().default(''),
  unit: z.enum(['currency', 'quantity', 'count', 'days', 'ratio']),
  mart: z.string(),
  /** Column with the business date. */
  date: z.string().optional(),
  /** A stock is that of a period's last day. */
  at: z.literal('end').optional(),
  /** Either a measure, or two whose quotient it is. */
  measure: z.string().optional(),
  numerator: z.string().optional(),
  denominator: z.string().optional(),
  synonyms: z.array(z.string()),
  labels: labelsSchema.optional(),
  dimensions: z.array(dimensionSchema),
})
export type Metric = z.output<typeof metricSchema>

/** What a metric or a dimension is called in a language. */
export const nameIn = ({ label, labels }: Pick<Metric, 'label' | 'labels'>, language: Language): string =>
  labels?.[language] ?? label
