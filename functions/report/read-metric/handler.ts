import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'
import { asOfMart } from '../../../shared/marts/index.ts'
import { findMetric, PERIODS, readMetric } from '../../../shared/metrics/index.ts'

const MAX_SPLITS = 4

const input = z.strictObject({
  metric: z
    .string()
    .min(1)
    .max(100)
    .describe(
      'A number by its name or one of its words, such as revenue, turnover or Umsatz (docs/metrics.md)',
    ),
  by: z
    .array(z.string().max(100))
    .max(MAX_SPLITS)
    .default([])
    .describe(`Dimensions, such as category or country, and at most one of ${PERIODS.join(', ')}`),
  from: z.iso.date().optional().describe('First business date'),
  to: z.iso.date().optional().describe('Last business date'),
  filters: z
    .record(
      z.string().max(100),
      z.union([z.string().max(1000), z.array(z.string().max(1000)).min(1).max(100)]),
    )
    .default({})
    .describe('By dimension: the value, or values, that count'),
  limit: z.number().int().min(1).max(1000).default(100),
})

const output = z.object({
  metric: z.object({ name: z.string(), label: z.string(), description: z.string(), unit: z.string() }),
  rows: z
    .array(z.record(z.string(), z.string().nullable()))
    .describe(
      'The dimensions that were asked for, `currency` where it is an amount, and `value`, as text, exact to the last digit; by period, else the largest first',
    ),
  dimensions: z.array(z.string()).describe('What else it can be split by'),
  mart: z.string(),
  sql: z.string().describe('What was asked of the marts, for whoever wants to go on from there'),
  builtAt: z.string(),
  asOf: z.object({ changedAt: z.string().nullable(), position: z.string().nullable() }),
})

/** Reads a number that people call by a name, from the published marts: the same for pages, reports and people. */
export default defineFunction({
  name: 'read-metric',
  summary: 'A number by its name, such as revenue by category and month',
  access: 'user',
  readOnly: true,
  uses: ['store'] as const,
  input,
  output,
  example: { metric: 'revenue', by: ['month', 'category'], limit: 4 },

  handle: ({ metric: word, filters, ...question }, { resources: { store }, caller }) =>
    store.transaction(
      async ({ query }) => {
        const metric = await findMetric(query, word)
        const listed = Object.entries(filters).map(([name, given]) => [name, [given].flat()] as const)
        const { mart, rows, sql } = await readMetric(
          query,
          metric,
          { ...question, filters: Object.fromEntries(listed) },
          caller,
        )
        const { name, label, description, unit } = metric
        return {
          metric: { name, label, description, unit },
          rows,
          dimensions: metric.dimensions.map(each => each.name),
          mart: mart.mart,
          sql,
          builtAt: mart.builtAt.toISOString(),
          asOf: asOfMart(mart),
        }
      },
      { readOnly: true },
    ),
})
