import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { describeError, FailedError, isOutage } from '../../../shared/errors/index.ts'
import type { Store, Transaction } from '../../../shared/store/index.ts'
import type { Mart, WarehouseReader } from '../../../shared/warehouse/index.ts'

const quote = pg.escapeIdentifier

/**
 * A row of a B-tree has at most 2,704 bytes. A mart with a longer value, such as the name of a category, is read without that
 * index; the build has tested that its key is unique.
 */
const MAX_INDEXED_BYTES = 2500

/** A mart that is filled; its types as Postgres has them. */
export type Published = Mart & { rows: number; types: string[] }

/**
 * Fills the new schema in one transaction: a failure leaves nothing of it. Frozen rows are visible to transactions that
 * began before; without that, one that reads a view before and after it moves would find the new table empty.
 */
export async function copyMarts(
  store: Store,
  { marts, rows }: Pick<WarehouseReader, 'marts' | 'rows'>,
  number: number,
  signal: AbortSignal,
): Promise<Published[]> {
  return await store.transaction(async transaction => {
    const schema = quote(`mart_${number}`)
    await transaction.query(`create schema ${schema}`)
    const published: Published[] = []
    for (const mart of marts)
      published.push(
        await copyMart(transaction, schema, mart, rows(mart), signal).catch(error => {
          throw signal.aborted || isOutage(error) ? error : toFailed(mart, error)
        }),
      )
    return published
  })
}

async function copyMart(
  { query, client }: Transaction,
  schema: string,
  mart: Mart,
  rows: AsyncIterable<(string | null)[][]>,
  signal: AbortSignal,
): Promise<Published> {
  const table = `${schema}.${quote(mart.name)}`
  const types = mart.columns.map(column => postgresType(column.type))
  await query(
    `create table ${table} (${mart.columns.map((column, i) => `${quote(column.name)} ${types[i]}`).join(', ')})`,
  )
  const copy = client.query(copyFrom(`copy ${table} from stdin with (format csv, freeze)`))
  await pipeline(Readable.from(csvLines(rows)), copy, { signal })
  const isText = (column: string) => types[mart.columns.findIndex(({ name }) => name === column)] === 'text'
  const canIndex = async (columns: string[]) => {
    const lengths = columns.filter(isText).map(column => `octet_length(${quote(column)})`)
    if (lengths.length === 0) return true
    const [row] = await query<{ fits: boolean }>(
      `select coalesce(max(${lengths.join(' + ')}), 0) <= ${MAX_INDEXED_BYTES} as fits from ${table}`,
    )
    return row?.fits === true
  }
  if (await canIndex(mart.key))
    await query(`alter table ${table} add primary key (${mart.key.map(quote).join(', ')})`)
  for (const column of mart.indexes)
    if (await canIndex([column])) await query(`create index on ${table} (${quote(column)})`)
  await query(`analyze ${table}`)
  return { ...mart, rows: copy.rowCount, types }
}

/** Names the mart, with the store's message. */
function toFailed(mart: Mart, error: unknown): FailedError {
  return new FailedError(
    `mart ${mart.name} cannot be published, and the previous marts stay (what to do: docs/playbooks/failed-build.md): ${describeError(error)}`,
    { reason: 'mart_refused' },
  )
}

/** Rows as CSV, a few thousand at a time: memory does not grow with the mart. */
async function* csvLines(pages: AsyncIterable<(string | null)[][]>): AsyncGenerator<string> {
  for await (const page of pages) {
    let lines = ''
    for (const row of page) lines += `${row.map(csvField).join(',')}\n`
    yield lines
  }
}

/** Unquoted and empty is null; everything else is quoted. Postgres knows no NUL, which other databases have in texts. */
function csvField(value: string | null): string {
  return value === null ? '' : `"${value.replaceAll('"', '""').replaceAll('\0', '')}"`
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
