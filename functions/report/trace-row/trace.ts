import pg from 'pg'
import type { Source } from '../../../shared/config/index.ts'
import { hasAccess, type Identity } from '../../../shared/contract/index.ts'
import { BadInputError, NotFoundError } from '../../../shared/errors/index.ts'
import {
  asOfMart,
  findMart,
  lookUpMart,
  type MartRecord,
  makeConditions,
  makeRowRules,
  schemaOf,
  tableOf,
  unknownColumn,
} from '../../../shared/marts/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import { readSql } from './models.ts'
import { isOfSource, type SourceRow, sourceRowOf } from './source-row.ts'

/** The most source rows in an answer. */
export const MAX_ROWS = 20_000

type Scalar = string | number | boolean
type Question = {
  mart: string
  key: Scalar | Record<string, Scalar>
  column?: string | undefined
  limit: number
}
type Row = Record<string, unknown>
type Traced = SourceRow & { mart: string; columns: string[] | null }
type Asker = { sources: Source[]; caller: Identity }

/**
 * One row of a mart, and the rows of the source that made it, as far as the caller may see either.
 * @throws NotFoundError where there is no such mart or row; BadInputError for another key, or a column that is not there
 */
export async function traceRow(query: Query, { mart: name, key, column, limit }: Question, asker: Asker) {
  const mart = await findMart(query, name, asker.caller)
  const types = typesOf(mart)
  if (column !== undefined && !types.has(column)) throw unknownColumn(column, 'column', types)
  const wanted = keyOf(mart, key)
  const values: (string | string[])[] = []
  const conditions = makeRowRules(mart.rowRules, asker.caller, values)
  for (const [part, value] of Object.entries(wanted))
    conditions.push(
      ...makeConditions(pg.escapeIdentifier(part), types.get(part) ?? 'text', value, `key.${part}`, values),
    )
  const own = `select * from ${tableOf(mart)} where ${conditions.join(' and ')}`
  const [row] = await query<Row>(own, values)
  if (!row) throw unknownRow(mart, wanted)

  const rows: Traced[] = isOfSource(mart)
    ? [{ ...sourceRowOf(row, asker.sources), mart: name, columns: null }]
    : []
  const others = await followSteps(query, mart, { sql: own, values }, { column, limit, ...asker })
  rows.push(...others.rows)
  const tables = new Set(rows.map(({ system, table }) => `${system}.${table}`))
  return {
    mart: name,
    row: column === undefined ? row : { ...wanted, [column]: row[column] },
    versions: Object.fromEntries(Object.entries(mart.versions).filter(([table]) => tables.has(table))),
    rows: rows.slice(0, limit),
    rowCount: others.rowCount + (isOfSource(mart) ? 1 : 0),
    hidden: others.hidden,
    sql: await readSql(query, name),
    asOf: asOfMart(mart),
  }
}

/** Rows of other marts that a row, `own`, is made of. */
async function followSteps(
  query: Query,
  traced: MartRecord,
  own: { sql: string; values: (string | string[])[] },
  { column, limit, sources, caller }: Asker & { column: string | undefined; limit: number },
): Promise<{ rows: Traced[]; rowCount: number; hidden: string[] }> {
  const found: { rows: Traced[]; rowCount: number; hidden: string[] } = { rows: [], rowCount: 0, hidden: [] }
  // A step's condition names marts as people know them.
  await query(`set local search_path = ${schemaOf(traced)}, pg_catalog`)
  for (const step of traced.trace) {
    if (column !== undefined && step.columns && !step.columns.includes(column)) continue
    const mart = await lookUpMart(query, step.mart, caller)
    if (!hasAccess(caller, mart.access)) {
      found.hidden.push(step.mart)
      continue
    }
    const values = [...own.values]
    const name = pg.escapeIdentifier(step.mart)
    const rules = makeRowRules(mart.rowRules, caller, values).map(rule => `${name}.${rule}`)
    // Joined, not looked for row by row: a condition on an indexed column is an index's.
    const rows = await query<Row & { traced_count: string }>(
      `with this as materialized (${own.sql})
       select ${name}.*, count(*) over () as traced_count
       from this join ${tableOf(mart)} on ${[...rules, `(${step.where})`].join(' and ')}
       order by ${name}.source_position limit ${limit}`,
      values,
    )
    found.rowCount += Number(rows[0]?.traced_count ?? 0)
    for (const row of rows)
      found.rows.push({ ...sourceRowOf(row, sources), mart: step.mart, columns: step.columns ?? null })
  }
  return found
}

const typesOf = ({ columns }: MartRecord) => new Map(columns.map(({ name, type }) => [name, type]))

/** The key by column. @throws BadInputError where it is not that of the mart */
function keyOf({ mart, key }: MartRecord, given: Question['key']): Record<string, Scalar> {
  const [only, second] = key
  const named = typeof given === 'object' ? given : only !== undefined ? { [only]: given } : {}
  if (typeof given !== 'object' && second !== undefined)
    throw new BadInputError(`the key of ${mart} has several columns: ${key.join(', ')}`, { field: 'key' })
  for (const column of key)
    if (named[column] === undefined)
      throw new BadInputError(`missing: the key of ${mart} is ${key.join(', ')}`, { field: `key.${column}` })
  for (const column of Object.keys(named))
    if (!key.includes(column))
      throw new BadInputError(`not part of the key: that of ${mart} is ${key.join(', ')}`, {
        field: `key.${column}`,
      })
  return named
}

function unknownRow({ mart }: MartRecord, key: Record<string, Scalar>): NotFoundError {
  const said = Object.entries(key).map(([column, value]) => `${column} ${value}`)
  return new NotFoundError(`${mart} has no row with ${said.join(', ')}`, { field: 'key' })
}
