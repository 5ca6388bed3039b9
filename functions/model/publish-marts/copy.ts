import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Store } from '../../../shared/store/index.ts'
import type { Mart } from '../../../shared/warehouse/index.ts'

const quote = pg.escapeIdentifier

/** A mart that is filled; its types as Postgres has them. */
export type Published = Mart & { rows: number; types: string[] }

/**
 * Fills the new schema in one transaction: a failure leaves nothing of it. Frozen rows are visible to transactions that
 * began before; without that, one that reads a view before and after it moves would find the new table empty.
 */
export async function copyMarts(
  store: Store,
  warehouse: DuckDBConnection,
  marts: Mart[],
  number: number,
  signal: AbortSignal,
): Promise<Published[]> {
  return await store.transaction(async ({ query, client }) => {
    const schema = quote(`mart_${number}`)
    await query(`create schema ${schema}`)
    const published: Published[] = []
    for (const mart of marts) {
      const table = `${schema}.${quote(mart.name)}`
      const types = mart.columns.map(column => postgresType(column.type))
      await query(
        `create table ${table} (${mart.columns.map((column, i) => `${quote(column.name)} ${types[i]}`).join(', ')})`,
      )
      const copy = client.query(copyFrom(`copy ${table} from stdin with (format csv, freeze)`))
      await pipeline(Readable.from(csvLines(warehouse, mart)), copy, { signal })
      await query(`alter table ${table} add primary key (${mart.key.map(quote).join(', ')})`)
      for (const column of mart.indexes) await query(`create index on ${table} (${quote(column)})`)
      await query(`analyze ${table}`)
      published.push({ ...mart, rows: copy.rowCount, types })
    }
    return published
  })
}

/** A mart as CSV, a few thousand rows at a time: memory does not grow with the mart. */
async function* csvLines(warehouse: DuckDBConnection, mart: Mart): AsyncGenerator<string> {
  const columns = mart.columns.map(column => `cast(${quote(column.name)} as varchar)`)
  const rows = await warehouse.stream(`select ${columns.join(', ')} from ${quote(mart.name)}`)
  for await (const chunk of rows.yieldRowsJson()) {
    let lines = ''
    for (const row of chunk) lines += `${row.map(csvField).join(',')}\n`
    yield lines
  }
}

/** Unquoted and empty is null; everything else is quoted. */
function csvField(value: unknown): string {
  return value === null ? '' : `"${String(value).replaceAll('"', '""')}"`
}

const POSTGRES_TYPES: Record<string, string> = {
  VARCHAR: 'text',
  BOOLEAN: 'boolean',
  SMALLINT: 'smallint',
  INTEGER: 'integer',
  BIGINT: 'bigint',
  HUGEINT: 'numeric(38,0)',
  DOUBLE: 'double precision',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
}

function postgresType(type: string): string {
  if (type.startsWith('DECIMAL')) return type.replace('DECIMAL', 'numeric')
  const known = POSTGRES_TYPES[type]
  if (!known) throw new TypeError(`a mart cannot have a column of type ${type}: cast it in its model`)
  return known
}
