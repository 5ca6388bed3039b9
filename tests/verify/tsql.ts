import { quoted } from '../../shared/capture/sqlserver/statements.ts'
import type { Change } from '../../stacks/sqlserver-double/database/statement.ts'
import type { TableDefinition } from '../../stacks/sqlserver-double/database/table.ts'
import type { Statement } from '../../stacks/sqlserver-double/database/transaction.ts'
import type { Value } from '../../stacks/sqlserver-double/tds/types.ts'

/** What is done to a double as T-SQL for a real server. */

export function createTableSql(
  schema: string,
  { name, columns, primaryKey = [], unique = [] }: TableDefinition,
): string {
  const lines = columns.map(({ name, type, compute }) =>
    compute
      ? `${quoted(name)} as ${quoted('Price')}`
      : `${quoted(name)} ${type}${primaryKey.includes(name) ? ' not null' : ''}`,
  )
  return `create table ${schema}.${quoted(name)} (${[
    ...lines,
    `primary key (${primaryKey.map(quoted).join(', ')})`,
    ...unique.map(names => `unique (${names.map(quoted).join(', ')})`),
  ].join(', ')})`
}

/** One transaction, which is rolled back as a whole where a statement of it fails. */
export function transactionSql(
  schema: string,
  statements: readonly Statement[],
  keys: Record<string, string[]>,
): string {
  const sql = statements.map(statement =>
    'rows' in statement ? exchangeSql(schema, statement.rows, keys) : changeSql(schema, statement, keys),
  )
  return ['set xact_abort on', 'begin transaction', ...sql, 'commit transaction']
    .map(text => `${text};`)
    .join('\n')
}

function changeSql(
  schema: string,
  { table, op, row = {}, key = row }: Change,
  keys: Record<string, string[]>,
): string {
  const name = `${schema}.${quoted(table)}`
  const cells = Object.entries(row)
  const where = (keys[table] ?? [])
    .map(column => `${quoted(column)} = ${literal(key[column] ?? null)}`)
    .join(' and ')
  if (op === 'insert')
    return `insert into ${name} (${cells.map(([column]) => quoted(column)).join(', ')}) values (${cells.map(([, value]) => literal(value)).join(', ')})`
  if (op === 'delete') return `delete from ${name} where ${where}`
  return `update ${name} set ${cells.map(([column, value]) => `${quoted(column)} = ${literal(value)}`).join(', ')} where ${where}`
}

/** One statement over several rows, each of which gets values of its own. */
function exchangeSql(schema: string, rows: readonly Change[], keys: Record<string, string[]>): string {
  const [{ table = '', row = {} } = {}] = rows
  const [key = ''] = keys[table] ?? []
  const chosen = (column: string) =>
    `case ${quoted(key)} ${rows.map(change => `when ${literal(change.key?.[key] ?? null)} then ${literal(change.row?.[column] ?? null)}`).join(' ')} end`
  const sets = Object.keys(row).map(column => `${quoted(column)} = ${chosen(column)}`)
  const ids = rows.map(change => literal(change.key?.[key] ?? null))
  return `update ${schema}.${quoted(table)} set ${sets.join(', ')} where ${quoted(key)} in (${ids.join(', ')})`
}

/** Exact numbers and times are texts here, which the server converts to the column's type. */
export function literal(value: Value): string {
  if (value === null) return 'null'
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex')}`
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'string') return `N'${value.replaceAll("'", "''")}'`
  return String(value)
}
