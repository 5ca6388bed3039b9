import { z } from 'zod'
import { baseSchema, factSchema, periodSchema, valuesSchema } from '../../../shared/reports/fact-schema.ts'
import { LANGUAGES } from '../../../shared/reports/facts.ts'
import { REASONS } from '../../../shared/reports/questions/index.ts'

export const MAX_QUESTION = 1000

export const input = z.strictObject({
  question: z
    .string()
    .min(1)
    .max(MAX_QUESTION)
    .refine(text => text === '' || /[\p{L}\p{N}]/u.test(text), 'must have words')
    .describe(
      'In English, German, French or Spanish, such as "revenue by category last month" (docs/reports.md)',
    ),
  language: z
    .enum(LANGUAGES)
    .optional()
    .describe("Of the question and its answer; found out where it isn't given"),
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
      filters: valuesSchema,
      without: valuesSchema.describe('Values that do not count'),
      period: periodSchema,
      comparison: baseSchema.nullable(),
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
  facts: z.array(factSchema),
  narrative: z.string().nullable().describe('The answer in words; each number in it is of a fact'),
  asOf: z
    .object({ changedAt: z.string().nullable(), position: z.string().nullable() })
    .nullable()
    .describe('Of the marts that were read; null where none was'),
})
