import pg from 'pg'
import { type Bus, makePosition, snapshotEnd } from '../bus/index.ts'
import { type SecretUrl, type Source, type SourceTable, takenColumns } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import type { Vault } from '../privacy/index.ts'
import { connectPostgres, type Store } from '../store/index.ts'
import { admit, makeSnapshotEnds, type RawChange } from './admission.ts'
import { parkRefusals } from './parking.ts'
import type { Tuple } from './pgoutput.ts'
import { readRelations } from './prepare.ts'
import { connectReplication, parseLsn } from './replication.ts'
import { beginEpoch, type CaptureLease, checkLease, finishEpoch, type Relations } from './state.ts'
import { SESSION_OPTIONS } from './types.ts'
import { readPostgresValue } from './values.ts'

/** Rows read, treated and appended together: some megabytes, a fraction of a second. */
const CHUNK_ROWS = 5000

type SnapshotOptions = {
  source: Source
  url: SecretUrl
  slot: string
  store: Store
  bus: Bus
  vault: Vault
  lease: CaptureLease
  signal: AbortSignal
  /** Nothing is known of the system yet: a slot of its name is then another installation's. */
  isFirst: boolean
}

/**
 * Reads all tables as they were at one moment, and leaves a slot that streams everything after it. The slot is made
 * first: its exported snapshot and its start are the same point in the log, so nothing falls between them. A snapshot
 * that is cut short is begun again under a new epoch.
 * @returns the log position from which to stream, and which tables were read
 */
export async function takeSnapshot(
  options: SnapshotOptions,
): Promise<{ epoch: number; startLsn: bigint; relations: Relations }> {
  const { source, url, slot, store, lease, signal } = options
  // A slot is made once every transaction that writes has ended, and a large table is long in reading: neither is waited for
  // by who wants to stop.
  const replication = await connectReplication(url, signal)
  const reader = await connectReader(url, signal)
  try {
    if (options.isFirst) await refuseForeignSlot(reader, source, slot)
    const epoch = await beginEpoch(store, source.system, slot, lease)
    await dropSlot(reader, slot)
    const at = await readClock(reader)
    const made = await replication.query(
      `CREATE_REPLICATION_SLOT ${pg.escapeIdentifier(slot)} LOGICAL pgoutput (SNAPSHOT 'export')`,
    )
    const { consistent_point, snapshot_name } = made.rows[0] as {
      consistent_point: string
      snapshot_name: string
    }
    await reader.query('begin isolation level repeatable read read only')
    await reader.query(`set transaction snapshot '${snapshot_name}'`)
    const relations = await readRelations(reader, source)
    for (const table of source.tables) await copyTable(options, reader, table, epoch, at)
    await reader.query('commit')
    const startLsn = parseLsn(consistent_point)
    await finish(options, epoch, startLsn, at, relations)
    return { epoch, startLsn, relations }
  } finally {
    await Promise.allSettled([replication.end(), reader.end()])
  }
}

function connectReader(url: SecretUrl, signal: AbortSignal): Promise<pg.Client> {
  const config: pg.ClientConfig = {
    application_name: 'cordage-snapshot',
    options: SESSION_OPTIONS,
    // Every value as the server prints it, as in the stream.
    types: { getTypeParser: () => (text: string | Buffer) => text } as pg.CustomTypesConfig,
  }
  return connectPostgres(url, config, signal)
}

/** The source's own time, before the moment that is read: no change after it may seem older than its rows. */
async function readClock(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ at: string }>(
    `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`,
  )
  return rows[0]?.at ?? ''
}

/** A slot of this name before we ever made one is another installation's, also where that one is stopped just now. */
async function refuseForeignSlot(client: pg.Client, source: Source, slot: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_replication_slots where slot_name = $1', [slot])
  if (rowCount)
    throw new ConfigError(
      `source ${source.system}: its database has a replication slot ${slot} that this installation did not make; give this source file another name, or, where no other installation needs it, drop it: select pg_drop_replication_slot('${slot}')`,
    )
}

export async function dropSlot(client: pg.Client, slot: string): Promise<void> {
  // The walsender of a killed capture may hold it a moment longer.
  await client.query(
    'select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1 and active_pid is not null',
    [slot],
  )
  for (let tries = 0; ; tries++) {
    try {
      await client.query(
        'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1',
        [slot],
      )
      return
    } catch (error) {
      if ((error as { code?: string }).code !== '55006' || tries === 50) throw error
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}

async function copyTable(
  options: SnapshotOptions,
  reader: pg.Client,
  table: SourceTable,
  epoch: number,
  at: string,
): Promise<void> {
  const { source, store, bus, vault, lease, signal } = options
  const columns = takenColumns(table).map(([name]) => pg.escapeIdentifier(name))
  const from = `${pg.escapeIdentifier(source.namespace)}.${pg.escapeIdentifier(table.name)}`
  await reader.query(`declare rows no scroll cursor for select ${columns.join(', ')} from ${from}`)
  for (let ordinal = 0; ; ) {
    signal.throwIfAborted()
    const { rows } = await reader.query<Record<string, string | null>>(`fetch ${CHUNK_ROWS} from rows`)
    if (rows.length === 0) break
    const changes = rows.map((row): RawChange => {
      const after: Tuple = new Map(Object.entries(row))
      return { table, op: 'r', after, position: makePosition(epoch, 0n, ordinal++), changedAt: at }
    })
    await store.transaction(async transaction => {
      await checkLease(transaction.query, lease)
      const { records, refusals } = await admit(transaction.query, source, vault, changes, readPostgresValue)
      await bus.append(transaction, records)
      await parkRefusals(transaction.query, refusals)
    })
  }
  await reader.query('close rows')
}

async function finish(
  { source, store, bus, lease }: SnapshotOptions,
  epoch: number,
  startLsn: bigint,
  at: string,
  relations: Relations,
): Promise<void> {
  const position = snapshotEnd(epoch)
  await store.transaction(async transaction => {
    await checkLease(transaction.query, lease)
    const ends = source.tables.flatMap(table => makeSnapshotEnds(table, epoch, position, at))
    await bus.append(transaction, ends)
    await finishEpoch(transaction.query, source.system, relations, position, startLsn)
  })
}
