import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'
import { filter } from '../../../shared/marts/index.ts'
import { cell, readMart } from './read-rows.ts'

/**
 * Reads rows of one mart, filtered and ordered. It asks for the tables behind the mart's view, so that rows and `asOf`
 * belong together also while marts are published.
 */
const MAX_ROWS = 1000
const MAX_FILTERS = 20

const UNDEFINED_TABLE = '42P01'

const input = z.strictObject({
  mart: z
    .string()
    .max(63)
    .describe(
      'Name of a mart, such as agg_sales_weekly; the answer to an unknown name lists those that exist',
    ),
  filters: z
    .record(z.string().max(63), filter)
    .refine(filters => Object.keys(filters).length <= MAX_FILTERS, `at most ${MAX_FILTERS} filters`)
    .default({})
    .describe('By column: a value, a list of values, null, or {gte, gt, lte, lt, ne, eq}'),
  orderBy: z
    .string()
    .max(500)
    .optional()
    .describe('A column, or several separated by commas; `-column` for descending order'),
  limit: z.number().int().min(1).max(MAX_ROWS).default(100),
})

const output = z.object({
  mart: z.string(),
  key: z.array(z.string()).describe('Columns that tell its rows apart, by which trace-row finds one'),
  columns: z
    .array(z.object({ name: z.string(), type: z.string(), description: z.string().optional() }))
    .describe('Types as Postgres names them'),
  rows: z
    .array(z.record(z.string(), cell))
    .describe(
      'numeric and bigint values are text, exact to the last digit, and so are doubles that are not finite (NaN, Infinity); dates 2017-06-30; instants in UTC',
    ),
  builtAt: z.string(),
  asOf: z.object({ changedAt: z.string().nullable(), position: z.string().nullable() }),
})

export default defineFunction({
  name: 'read-mart',
  summary: 'Rows of a mart, such as weekly sales, filtered and ordered',
  access: 'user',
  readOnly: true,
  uses: ['store'] as const,
  input,
  output,
  example: {
    mart: 'agg_sales_weekly',
    filters: { category: ['Bikes', 'Clothing'] },
    orderBy: '-week_start',
    limit: 4,
  },

  async handle(request, { resources: { store }, caller, lineage }) {
    const read = () =>
      store.transaction(transaction => readMart(transaction, request, caller), { readOnly: true })
    const found = await read().catch(error => {
      // Two publications while we planned, and the table was dropped: what is there now is as good.
      if ((error as { code?: string }).code === UNDEFINED_TABLE) return read()
      throw error
    })
    lineage({ reads: [{ dataset: `mart.${request.mart}` }] })
    return found
  },
})
