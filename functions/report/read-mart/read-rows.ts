import pg from 'pg'
import { z } from 'zod'
import type { Identity } from '../../../shared/contract/index.ts'
import {
  asOfMart,
  type filter,
  findMart,
  makeConditions,
  makeOrder,
  makeRowRules,
  tableOf,
  unknownColumn,
} from '../../../shared/marts/index.ts'
import type { Transaction } from '../../../shared/store/index.ts'

export const cell = z.union([z.string(), z.number(), z.boolean(), z.date(), z.null()])

type Question = {
  mart: string
  filters: Record<string, z.output<typeof filter>>
  orderBy?: string | undefined
  limit: number
}

/** Rows of a mart, as far as the caller may see them, and the moment that they are of. */
export async function readMart(
  { query }: Transaction,
  { mart, filters, orderBy, limit }: Question,
  caller: Identity,
) {
  const found = await findMart(query, mart, caller)
  const types = new Map(found.columns.map(column => [column.name, column.type]))
  const values: (string | string[])[] = []
  const conditions = makeRowRules(found.rowRules, caller, values)
  for (const [column, wanted] of Object.entries(filters)) {
    const field = `filters.${column}`
    const type = types.get(column)
    if (type === undefined) throw unknownColumn(column, field, types)
    conditions.push(...makeConditions(pg.escapeIdentifier(column), type, wanted, field, values))
  }
  const order = orderBy ? makeOrder(orderBy, types) : []
  const rows = await query<Record<string, z.output<typeof cell>>>(
    [
      `select * from ${tableOf(found)}`,
      conditions.length > 0 ? `where ${conditions.join(' and ')}` : '',
      order.length > 0 ? `order by ${order.join(', ')}` : '',
      `limit ${limit}`,
    ].join(' '),
    values,
  )
  return {
    mart,
    key: found.key,
    columns: found.columns,
    rows: rows.map(row =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toCell(value)])),
    ),
    builtAt: found.builtAt.toISOString(),
    asOf: asOfMart(found),
  }
}

/** JSON has no number for NaN and infinity. */
const toCell = (value: z.output<typeof cell>) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
