import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type SecretUrl, type SourceTable, takenColumns } from '../../config/index.ts'
import { connectPostgres } from '../../store/index.ts'
import type { RawRow } from '../admission.ts'
import { makePace, type Pace } from '../pace.ts'
import type { Collector, ReadStep } from './collector.ts'
import type { PostgresSource } from './keys.ts'
import type { Reading } from './progress.ts'
import { behindPageHeader, parseLsn } from './replication.ts'
import { SESSION_OPTIONS } from './types.ts'
import { readVisibility } from './visibility.ts'

/** How long a statement of ours may take at the source: one that would take longer reads less at a time. */
const STATEMENT_MS = 10_000
/** Chunks that are read before the first of them was put in its place. */
const AHEAD = 3
/** Rows that wait to be written beyond which no more are read. */
const MAX_WAITING = 30_000
const OWED_KEYS = 200
const RETRY_MS = 200
const ASK_MS = 50
/** How long we wait for the lock of somebody who changes a table. */
const LOCK_MS = 2000

/** A table that is to be read, along one of its unique indexes. */
export type Readable = {
  table: SourceTable
  /** The columns of the index. */
  along: string[]
  reading: Reading
  /** Names by number of its partitions, each with its schema. */
  partNames: Map<string, { schema: string; name: string }>
}

export type ReaderOptions = {
  source: PostgresSource
  url: SecretUrl
  collector: Collector
  /** Schemas of the keys' types, where their operators are. */
  typeSchemas: string[]
  /** The LSN from which on changes belong to an epoch. */
  beginOf(epoch: number): bigint
  /** Asks the source how far the stream is; the collector gets the answer. */
  ask(): void
  signal: AbortSignal
}

/**
 * Reads tables chunk by chunk while the stream runs: each statement has its own snapshot, and the collector puts its
 * rows after what it saw. No transaction at the source is open for longer than a statement.
 */
export async function readTables(options: ReaderOptions, readables: Readable[]): Promise<void> {
  if (readables.length === 0) return
  await withReader(options, async client => {
    for (const readable of readables) {
      // Changes before this LSN belong to the previous epoch.
      await until(options, client, options.collector.whenReached(options.beginOf(readable.reading.epoch)))
      for (const part of readable.reading.parts) await readPart(options, client, readable, part)
    }
  })
}

async function readPart(
  options: ReaderOptions,
  client: pg.Client,
  { table, along, partNames }: Readable,
  part: Reading['parts'][number],
): Promise<void> {
  const { source, collector, signal } = options
  const from = partNames.get(part.oid) ?? { schema: source.namespace, name: table.name }
  const pace = makePace(bytesOf)
  const ahead: Promise<void>[] = []
  let after: string[] | null = part.after ?? null
  for (let isLast = false; !isLast; ) {
    const startedAt = performance.now()
    const { rows, asked, placed } = await readChunk(options, client, pace, {
      table,
      select: limit => ({
        text: `select ${listOf(namesOf(table))} from ${nameOf(from)}${
          after ? ` where (${listOf(along)}) > (${along.map((_, i) => `$${i + 1}`).join(', ')})` : ''
        } order by ${listOf(along)} limit ${limit}`,
        values: after ?? [],
      }),
      step: (rows, limit) => ({
        table,
        kind: 'part',
        part: part.oid,
        after: rows.length < limit ? null : placeIn(rows.at(-1), along),
        rows: rows.length,
      }),
    })
    isLast = rows.length < asked
    after = placeIn(rows.at(-1), along)
    ahead.push(placed)
    while (ahead.length > AHEAD || (isLast && ahead.length > 0)) await until(options, client, ahead.shift())
    while (collector.waiting() > MAX_WAITING) await sleep(RETRY_MS, undefined, { signal })
    const perSecond = source.snapshot?.rowsPerSecond
    if (perSecond)
      await sleep((rows.length / perSecond) * 1000 - (performance.now() - startedAt), undefined, { signal })
  }
}

/** Reads rows that the log has only in part. */
export async function readOwed(options: ReaderOptions): Promise<void> {
  const { source, collector } = options
  const first = collector.owed.next(OWED_KEYS)
  if (!first) return
  await withReader(options, async client => {
    for (let owed: typeof first | undefined = first; owed; owed = collector.owed.next(OWED_KEYS)) {
      const { table, keys } = owed
      const width = table.key.length
      const tuples = keys.map((_, n) => `(${table.key.map((_, i) => `$${n * width + i + 1}`).join(', ')})`)
      const { placed } = await readChunk(options, client, makePace(bytesOf), {
        table,
        select: () => ({
          text: `select ${listOf(namesOf(table))} from ${nameOf({ schema: source.namespace, name: table.name })}
            where (${listOf(table.key)}) in (${tuples.join(', ')})`,
          values: keys.flatMap(({ values }) => values),
        }),
        step: rows => ({ table, kind: 'owed', keys, rows: rows.length }),
      })
      await until(options, client, placed)
    }
  })
}

const namesOf = (table: SourceTable) => takenColumns(table).map(([name]) => name)
const listOf = (names: string[]) => names.map(name => pg.escapeIdentifier(name)).join(', ')
const nameOf = ({ schema, name }: { schema: string; name: string }) =>
  `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`
const placeIn = (row: RawRow<string> | undefined, along: string[]) =>
  row ? along.map(name => row.get(name) ?? '') : null

type Piece = {
  table: SourceTable
  select(limit: number): { text: string; values: string[] }
  step(rows: RawRow<string>[], limit: number): ReadStep
}

async function readChunk(
  { collector, signal }: ReaderOptions,
  client: pg.Client,
  pace: Pace<RawRow<string>>,
  { table, select, step }: Piece,
): Promise<{ rows: RawRow<string>[]; asked: number; placed: Promise<void> }> {
  for (;;) {
    signal.throwIfAborted()
    const asked = pace.rows()
    const window = collector.openWindow(table)
    try {
      const startedAt = performance.now()
      const { rows, ...moment } = await readAtOneMoment(client, select(asked))
      pace.took(performance.now() - startedAt, rows)
      if (collector.fillWindow(window, { ...moment, rows, step: step(rows, asked) }))
        return { rows, asked, placed: window.placed.promise }
    } catch (error) {
      collector.closeWindow(window)
      // Too slow for a statement, or somebody changes the table and holds its lock: less at a time, and a little later.
      if (!['57014', '55P03'].includes((error as { code?: string }).code ?? '')) throw error
      pace.slower()
    }
    await sleep(RETRY_MS, undefined, { signal })
  }
}

/** Rows, what their statement saw, and a place in the log behind that. */
async function readAtOneMoment(client: pg.Client, { text, values }: { text: string; values: string[] }) {
  await client.query('begin isolation level repeatable read read only')
  try {
    const { rows: moments } = await client.query<[string, string, string]>({
      rowMode: 'array',
      text: `select pg_current_snapshot()::text, pg_current_wal_insert_lsn()::text,
        to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    })
    const { rows, fields } = await client.query<(string | null)[]>({ rowMode: 'array', text, values })
    const [snapshot, inserted, at] = moments[0] ?? ['', '0/0', '']
    return {
      rows: rows.map((row): RawRow<string> => new Map(row.map((value, i) => [fields[i]?.name ?? '', value]))),
      visibility: readVisibility(snapshot),
      behind: behindPageHeader(parseLsn(inserted)),
      at,
    }
  } finally {
    await client.query('rollback')
  }
}

const bytesOf = (row: RawRow<string>) =>
  [...row.values()].reduce((sum, value) => sum + (value?.length ?? 0), 0)

/** Waits for the stream to reach an LSN, and meanwhile asks the source how far it is. */
async function until(
  { ask, signal }: ReaderOptions,
  client: pg.Client,
  there: Promise<void> | undefined,
): Promise<void> {
  let isThere = there === undefined
  const arrived = there?.then(() => {
    isThere = true
  })
  for (let asked = 0; !isThere; asked++) {
    signal.throwIfAborted()
    // Unflushed log stays in the server's memory until its page is full: our message flushes it.
    if (asked === 2) await client.query(`select pg_logical_emit_message(true, 'cordage', '')`)
    ask()
    await Promise.race([arrived, sleep(ASK_MS)])
  }
}

/** A connection that reads, and that neither holds a transaction for long nor reads what a policy hides from it. */
async function withReader(
  { url, typeSchemas, signal }: ReaderOptions,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = await connectPostgres(
    url,
    {
      application_name: 'cordage-snapshot',
      options: `${SESSION_OPTIONS} -c statement_timeout=${STATEMENT_MS} -c lock_timeout=${LOCK_MS} -c row_security=off -c default_transaction_read_only=off -c idle_in_transaction_session_timeout=${STATEMENT_MS}`,
      // Every value as the server prints it, as in the stream.
      types: { getTypeParser: () => (text: string | Buffer) => text } as pg.CustomTypesConfig,
    },
    signal,
  )
  try {
    await client.query(`set search_path = ${listOf(['pg_catalog', ...typeSchemas])}`)
    await work(client)
  } finally {
    await client.end()
  }
}
