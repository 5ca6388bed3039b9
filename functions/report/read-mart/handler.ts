import pg from 'pg'
import { z } from 'zod'
import { defineFunction, hasAccess, type Identity } from '../../../shared/contract/index.ts'
import { BadInputError } from '../../../shared/errors/index.ts'
import type { Transaction } from '../../../shared/store/index.ts'
import { filter, makeConditions, makeOrder, makeRowRules, unknownColumn } from './conditions.ts'
import { unknownMart } from './unknown-mart.ts'

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

const cell = z.union([z.string(), z.number(), z.boolean(), z.date(), z.null()])

const output = z.object({
  mart: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).describe('Types as Postgres names them'),
  rows: z
    .array(z.record(z.string(), cell))
    .describe(
      'numeric and bigint values are text, exact to the last digit, and so are doubles that are not finite (NaN, Infinity); dates 2017-06-30; instants in UTC',
    ),
  builtAt: z.string(),
  asOf: z.object({ changedAt: z.string().nullable(), position: z.string().nullable() }),
})

type MartRecord = {
  access: string
  row_rules: Record<string, string>
  schema_number: number
  columns: { name: string; type: string }[]
  built_at: Date
  position: string | null
  changed_at: Date | null
}

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

  async handle(request, { resources: { store }, caller }) {
    const read = () =>
      store.transaction(transaction => readMart(transaction, request, caller), { readOnly: true })
    try {
      return await read()
    } catch (error) {
      // Two publications while we planned, and the table was dropped: what is there now is as good.
      if ((error as { code?: string }).code === UNDEFINED_TABLE) return await read()
      throw error
    }
  },
})

async function readMart(
  { query }: Transaction,
  { mart, filters, orderBy, limit }: z.output<typeof input>,
  caller: Identity,
) {
  // A NUL is in no name, and Postgres would refuse to look for one.
  const [found] = mart.includes('\0')
    ? []
    : await query<MartRecord>(
        'select access, row_rules, schema_number, columns, built_at, position, changed_at from ops.mart where mart = $1',
        [mart],
      )
  if (!found) throw await unknownMart(query, mart, caller)
  if (!hasAccess(caller, found.access))
    throw new BadInputError(`the role ${found.access} is needed to read ${mart}`, {
      status: 403,
      reason: 'forbidden',
      field: 'mart',
    })
  const types = new Map(found.columns.map(column => [column.name, column.type]))
  const values: (string | string[])[] = []
  const conditions = makeRowRules(found.row_rules, caller, values)
  for (const [column, wanted] of Object.entries(filters)) {
    const field = `filters.${column}`
    const type = types.get(column)
    if (type === undefined) throw unknownColumn(column, field, types)
    conditions.push(...makeConditions(pg.escapeIdentifier(column), type, wanted, field, values))
  }
  const order = orderBy ? makeOrder(orderBy, types) : []
  const rows = await query<Record<string, z.output<typeof cell>>>(
    [
      `select * from ${pg.escapeIdentifier(`mart_${found.schema_number}`)}.${pg.escapeIdentifier(mart)}`,
      conditions.length > 0 ? `where ${conditions.join(' and ')}` : '',
      order.length > 0 ? `order by ${order.join(', ')}` : '',
      `limit ${limit}`,
    ].join(' '),
    values,
  )
  return {
    mart,
    columns: found.columns,
    rows: rows.map(row =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toCell(value)])),
    ),
    builtAt: found.built_at.toISOString(),
    asOf: { changedAt: found.changed_at?.toISOString() ?? null, position: found.position },
  }
}

/** JSON has no number for NaN and infinity. */
const toCell = (value: z.output<typeof cell>) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
