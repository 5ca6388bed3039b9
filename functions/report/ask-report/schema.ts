import { z } from 'zod'
import { LANGUAGES } from '../../../shared/reports/facts.ts'
import { REASONS } from '../../../shared/reports/questions/index.ts'

export const MAX_QUESTION = 1000

export const input = z.strictObject({
  question: z
    .string()
    .min(1)
    .max(MAX_QUESTION)
    .refine(text => /[\p{L}\p{N}]/u.test(text), 'must have words')
    .describe(
      'In English, German, French or Spanish, such as "revenue by category last month" (docs/reports.md)',
    ),
  language: z
    .enum(LANGUAGES)
    .optional()
    .describe("Of the question and its answer; found out where it isn't given"),
})

const period = z.object({ from: z.iso.date(), to: z.iso.date(), isWhole: z.boolean() })
const base = z.object({ kind: z.enum(['previous', 'year_ago', 'forecast']), period })
const values = z.record(z.string(), z.array(z.string()))

const fact = z.object({
  id: z.string(),
  kind: z.enum(['value', 'difference', 'change', 'share', 'rank']),
  metric: z.string(),
  label: z.string(),
  entity: z.array(z.object({ dimension: z.string(), value: z.string() })),
  period,
  base: base.nullable(),
  value: z.string().describe('Exact, as decimal text'),
  unit: z.enum(['currency', 'quantity', 'count', 'days', 'ratio', 'rank']),
  currency: z.string().nullable(),
  direction: z.enum(['up', 'down', 'same']).nullable(),
  driver: z.enum(['price', 'volume', 'mix', 'entity']).nullable(),
  source: z.object({
    mart: z.string(),
    sql: z.string(),
    builtAt: z.string(),
    position: z.string().nullable(),
  }),
})

export const output = z.object({
  language: z.enum(LANGUAGES),
  reading: z
    .object({
      metric: z.string().describe('As read-metric knows it'),
      per: z.string().nullable().describe('The metric that it is divided by'),
      share: z
        .object({
          of: z.string().nullable().describe('The dimension whose filter is the part; null for each row'),
        })
        .nullable(),
      dimensions: z.array(z.string()),
      filters: values,
      without: values.describe('Values that do not count'),
      period,
      comparison: base.nullable(),
      order: z.object({
        by: z.enum(['value', 'change', 'period']),
        direction: z.enum(['ascending', 'descending']),
      }),
      limit: z.number().int().nullable(),
      text: z.string().describe('The reading in words, with what was taken for what'),
    })
    .nullable()
    .describe('What the question was read as; null where it cannot be answered'),
  cannot: z
    .object({
      reason: z.enum(REASONS),
      about: z.string().describe('Words of the question'),
      text: z.string(),
      instead: z.array(z.string()).describe('Questions that can be answered'),
    })
    .nullable(),
  facts: z.array(fact),
  narrative: z.string().nullable().describe('The answer in words; each number in it is of a fact'),
  asOf: z
    .object({ changedAt: z.string().nullable(), position: z.string().nullable() })
    .nullable()
    .describe('Of the marts that were read; null where none was'),
})
