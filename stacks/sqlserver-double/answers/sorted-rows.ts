import type { StoredRow, Table } from '../database/table.ts'
import type { View } from '../database/views.ts'
import type { Condition, Expression, Selected } from './parse-expression.ts'

type Order = (a: StoredRow, b: StoredRow) => number
type Sorted = { rowChanges: number; rows: StoredRow[] }

/** Sorted rows are kept for the next page: of a snapshot as long as it lasts, of a table until its rows change. */
const kept = new WeakMap<View | Table, Map<string, Sorted>>()

export function sortedRows(view: View, table: Table, along: string, order: Order): StoredRow[] {
  const owner = view.isFrozen ? view : table
  const orders = kept.get(owner) ?? new Map<string, Sorted>()
  kept.set(owner, orders)
  const name = `${table.objectId} ${along}`
  const known = orders.get(name)
  if (known && (view.isFrozen || known.rowChanges === table.rowChanges)) return known.rows
  const { rowChanges } = table
  const rows = [...view.rows(table)].sort(order)
  orders.set(name, { rowChanges, rows })
  return rows
}

/**
 * Whether a condition says no more than that a row comes behind a place along these columns: `a > x or a = x and (b > y …)`.
 * Then the rows for which it holds are the last ones in their order.
 */
export function isBehind(condition: Condition, [first, ...rest]: readonly Selected[]): boolean {
  if (!first) return false
  const alternatives = flatten(condition, 'or')
  const [after, within] = alternatives
  if (!after || !isComparison(after, '>', first)) return false
  if (rest.length === 0) return alternatives.length === 1
  if (!within || alternatives.length !== 2) return false
  const [same, ...more] = flatten(within, 'and')
  const next = more[0]
  return (
    same !== undefined &&
    next !== undefined &&
    more.length === 1 &&
    isComparison(same, '=', first) &&
    isBehind(next, rest)
  )
}

/** Of a chain of `and` or `or` its parts; one part alone is no chain. */
function flatten(condition: Condition, kind: 'and' | 'or'): Condition[] {
  if (condition.kind === 'compare') return [condition]
  if (condition.kind !== kind && condition.of.length > 1) return [condition]
  return condition.of.flatMap(part => flatten(part, kind))
}

function isComparison(condition: Condition, operator: '>' | '=', { expression }: Selected): boolean {
  const [only] = flatten(condition, 'and')
  if (only?.kind !== 'compare' || only.operator !== operator) return false
  return isSameColumn(only.left, expression) && !readsColumn(only.right)
}

const isSameColumn = (a: Expression, b: Expression) =>
  a.kind === 'column' && b.kind === 'column' && a.name.toLowerCase() === b.name.toLowerCase()

const readsColumn = (expression: Expression): boolean =>
  expression.kind === 'column' || (expression.kind === 'convert' && readsColumn(expression.of))
