import { z } from 'zod'

/** Facts as answers have them (facts.ts says what each field is). */
export const periodSchema = z.object({ from: z.iso.date(), to: z.iso.date(), isWhole: z.boolean() })
export const baseSchema = z.object({
  kind: z.enum(['previous', 'year_ago', 'forecast']),
  period: periodSchema,
})
/** By dimension. */
export const valuesSchema = z.record(z.string(), z.array(z.string()))

export const factSchema = z.object({
  id: z.string(),
  kind: z.enum(['value', 'difference', 'change', 'share', 'rank']),
  metric: z.string(),
  label: z.string(),
  entity: z.array(z.object({ dimension: z.string(), value: z.string() })),
  period: periodSchema,
  base: baseSchema.nullable(),
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
    rows: z
      .object({
        mart: z.string(),
        filters: z.record(
          z.string(),
          z.union([z.array(z.string()), z.object({ gte: z.string(), lte: z.string() })]),
        ),
      })
      .optional()
      .describe(
        'What read-mart is asked for the rows that it is made of; not there where they cannot be had so',
      ),
  }),
})
