import type pg from 'pg'
import type { Source } from '../../config/index.ts'
import { ConfigError } from '../../errors/index.ts'
import type { Store } from '../../store/index.ts'
import { byName, type CaptureLease, saveProblem } from '../state.ts'
import type { Catalog, TableFacts } from './catalog.ts'
import { slotOf } from './inspect.ts'
import { ourPublication } from './prepare.ts'
import { loadProgress, type Progress, type Reading, saveProgress } from './progress.ts'
import { behindPageHeader, parseLsn } from './replication.ts'
import { lostSlotText, readSlot, recreateSlot, refuseForeignSlot } from './slot.ts'
import { compareIdentity, identityOf } from './table-identity.ts'

type PlanOptions = {
  source: Source
  store: Store
  lease: CaptureLease
  /** For the log: which tables are read, and why. */
  onReading(table: string, because: string): void
  beginSnapshot(
    transaction: Parameters<Parameters<Store['transaction']>[0]>[0],
    topics: string[],
  ): Promise<void>
}

/** Progress with the LSNs that a stream begins from: the slot's own, and the one up to which everything is on the bus. */
export type Plan = Progress & { confirmedLsn: bigint; slotLsn: bigint }

/**
 * Where capture resumes: its slot, or a new one if it has none, and what of the tables is still to be
 * read. An interrupted reading resumes where it was.
 * @throws ConfigError where changes were lost; its message says what to do
 */
export async function planCapture(options: PlanOptions, client: pg.Client, catalog: Catalog): Promise<Plan> {
  const { source, store, lease } = options
  const known = await loadProgress(store, source.system)
  const slot = await readSlot(client, source)
  if (!known) refuseForeignSlot(source, slot)
  if (known?.state === 'lost')
    throw new ConfigError(lostSlotText(source.system, 'its changes since then are unknown'))
  const goesOn = known && slot && !slot.isLost && !isForgotten(known)
  const progress = goesOn ? stand(known, slot.confirmedLsn) : undefined
  if (known && !progress && !isForgotten(known)) {
    const text = lostSlotText(
      source.system,
      slot ? 'its log was dropped, or its slot was recreated' : 'its slot is gone',
    )
    await saveProblem(store, source.system, text, true)
    throw new ConfigError(text)
  }
  const plan = progress ?? (await beginAgain(client, source, store, lease, known))
  const started = await planReadings(options, client, catalog, plan)
  await store.transaction(async transaction => {
    await saveProgress(transaction.query, source.system, lease, plan)
    await options.beginSnapshot(transaction, started)
  })
  return plan
}

/** A slot ahead of what was written is not the one that we left: it would skip changes that nobody has. */
function stand(known: Progress, slotLsn: bigint): Plan | undefined {
  const { confirmedLsn } = known
  if (confirmedLsn === undefined || slotLsn > confirmedLsn) return undefined
  return { ...known, confirmedLsn, slotLsn }
}

/** Nothing that was read counts any more: an operator said so, or nothing was read yet. */
const isForgotten = ({ tables, reading }: Progress) =>
  Object.keys(tables).length === 0 && Object.keys(reading).length === 0

/** A new slot and a new epoch: the old log is abandoned, whichever it was. */
async function beginAgain(
  client: pg.Client,
  source: Source,
  store: Store,
  lease: CaptureLease,
  known: Progress | undefined,
): Promise<Plan> {
  const epoch = (known?.epochs.at(-1)?.epoch ?? 0) + 1
  const fresh = {
    state: 'snapshot' as const,
    slot: slotOf(source),
    server: undefined,
    epochs: [{ epoch, from: 0n }],
    tables: byName<never>(),
    reading: byName<never>(),
    position: undefined,
    lastCommit: undefined,
    owed: byName<never>(),
  }
  // Recorded first: a slot of this name is ours from here on, even if we are killed before its LSN is known.
  await store.transaction(({ query }) =>
    saveProgress(query, source.system, lease, { ...fresh, confirmedLsn: undefined }),
  )
  const confirmedLsn = await recreateSlot(client, source)
  return { ...fresh, confirmedLsn, slotLsn: confirmedLsn }
}

/** Adds to `plan` what is to be read. @returns topics of tables whose whole reading begins */
async function planReadings(
  { source, onReading }: PlanOptions,
  client: pg.Client,
  catalog: Catalog,
  plan: Progress,
): Promise<string[]> {
  const publication = ourPublication(catalog, source)
  const newest = plan.epochs.at(-1)?.epoch ?? 1
  const isNew = Object.keys(plan.tables).length === 0 && Object.keys(plan.reading).length === 0
  const epoch = isNew && plan.state === 'snapshot' && plan.position === undefined ? newest : newest + 1
  const topics: string[] = []
  const listed = new Set(source.tables.map(({ name }) => name))
  for (const kept of [plan.tables, plan.reading, plan.owed])
    for (const name of Object.keys(kept)) if (!listed.has(name)) delete kept[name]
  for (const table of source.tables) {
    const found = catalog.tables.get(table.name)
    if (!found) continue
    const identity = identityOf(table, found, publication)
    const reading = plan.reading[table.name]
    const read = plan.tables[table.name]
    const was = reading?.identity ?? read?.identity
    const difference = was
      ? compareIdentity(was, identity)
      : { kind: 'all' as const, because: 'it has not been read yet' }
    if (difference.kind === 'all') {
      onReading(table.name, difference.because)
      plan.reading[table.name] = wholeReading(epoch, identity, found.oid, estimateOf(found))
      topics.push(table.topic)
    } else if (difference.kind === 'parts') {
      onReading(table.name, 'it has new partitions')
      plan.reading[table.name] = {
        ...(reading ?? { epoch: newest, isWhole: false, parts: [], rows: 0, estimatedRows: 0 }),
        identity,
      }
      plan.reading[table.name]?.parts.push(...difference.oids.map(oid => ({ oid })))
    } else if (read && !reading) plan.tables[table.name] = { ...read, identity }
  }
  if (topics.length > 0) plan.state = 'snapshot'
  if (topics.length > 0 && epoch > newest) plan.epochs.push({ epoch, from: await findEpochStart(client) })
  return topics
}

function wholeReading(
  epoch: number,
  identity: Reading['identity'],
  oid: string,
  estimatedRows: number,
): Reading {
  return { epoch, identity, isWhole: true, parts: [{ oid }], rows: 0, estimatedRows }
}

const estimateOf = ({ estimatedRows, leaves }: TableFacts) =>
  [estimatedRows, ...leaves.map(leaf => leaf.estimatedRows)].reduce((sum, rows) => sum + Math.max(0, rows), 0)

/**
 * After every commit so far, and before the rows that are read from now on: those have the LSN right before where the log
 * ends when they are read, which is here still where nothing else is written to it.
 */
async function findEpochStart(client: pg.Client): Promise<bigint> {
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn')
  return behindPageHeader(parseLsn(rows[0]?.lsn ?? '0/0')) - 1n
}
