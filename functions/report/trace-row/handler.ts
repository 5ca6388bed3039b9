import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'
import { MAX_ROWS, traceRow } from './trace.ts'

const scalar = z.union([z.string().max(1000), z.number(), z.boolean()])

const input = z.strictObject({
  mart: z.string().max(63).describe('Name of a mart, such as agg_sales_weekly'),
  key: z
    .union([scalar, z.record(z.string().max(63), scalar)])
    .describe("The row's key: a value, or values by column where the mart's key has several"),
  column: z.string().max(63).optional().describe('Only what this column of the row was made of'),
  limit: z.number().int().min(1).max(MAX_ROWS).default(1000).describe('Source rows that are shown'),
})

const output = z.object({
  mart: z.string(),
  row: z.record(z.string(), z.unknown()).describe('The row itself, or its key and the column'),
  versions: z
    .record(z.string(), z.number())
    .describe('Delta version that was read of each source table, by <system>.<table>'),
  rows: z
    .array(
      z.object({
        system: z.string(),
        table: z.string().describe("By the source's name"),
        key: z.record(z.string(), z.string()).describe("By the source's columns"),
        position: z.string().describe('Of the change that it is from'),
        changedAt: z.string(),
        mart: z.string().describe('Where the row is by our names'),
        columns: z.array(z.string()).nullable().describe('What it makes of the row; null for all of it'),
      }),
    )
    .describe('Rows of the source that made it, up to `limit`'),
  rowCount: z.number().describe('How many there are'),
  hidden: z
    .array(z.string())
    .describe('Marts whose rows it is made of as well, and which the caller may not read'),
  sql: z
    .array(z.object({ model: z.string(), sql: z.string() }))
    .describe("What made it of the source's tables, in the SQL of the warehouse: the mart first"),
  asOf: z.object({ changedAt: z.string().nullable(), position: z.string().nullable() }),
})

/** Where a number comes from: the rows of the source that made a mart's row, and the SQL between. */
export default defineFunction({
  name: 'trace-row',
  summary: "The rows of the source that made a mart's row, and the SQL between",
  access: 'user',
  readOnly: true,
  uses: ['store', 'sources'] as const,
  input,
  output,
  example: { mart: 'agg_stock_coverage', key: '477', column: 'sold_quantity' },

  handle: (request, { resources: { store, sources }, caller }) =>
    store.transaction(({ query }) => traceRow(query, request, { sources, caller }), { readOnly: true }),
})
