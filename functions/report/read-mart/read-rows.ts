import pg from 'pg'
import { z } from 'zod'
import { hasAccess, type Identity } from '../../../shared/contract/index.ts'
import { BadInputError } from '../../../shared/errors/index.ts'
import type { Transaction } from '../../../shared/store/index.ts'
import { type filter, makeConditions, makeOrder, makeRowRules, unknownColumn } from './conditions.ts'
import { unknownMart } from './unknown-mart.ts'

export const cell = z.union([z.string(), z.number(), z.boolean(), z.date(), z.null()])

type Question = {
  mart: string
  filters: Record<string, z.output<typeof filter>>
  orderBy?: string | undefined
  limit: number
}

type MartRecord = {
  access: string
  row_rules: Record<string, string>
  schema_number: number
  columns: { name: string; type: string }[]
  built_at: Date
  position: string | null
  changed_at: Date | null
}

/** Rows of a mart, as far as the caller may see them, and the moment that they are of. */
export async function readMart(
  { query }: Transaction,
  { mart, filters, orderBy, limit }: Question,
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
