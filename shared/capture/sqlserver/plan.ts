import type { Source, SourceTable } from '../../config/index.ts'
import { ConfigError } from '../../errors/index.ts'
import type { Store, Transaction } from '../../store/index.ts'
import { type CaptureLease, saveProblem } from '../state.ts'
import type { Catalog, TableFacts } from './catalog.ts'
import { formatLsn, type Lsn } from './lsn.ts'
import { emptyProgress, loadProgress, type Progress, saveProgress } from './progress.ts'
import { capturedColumns, chooseInstance, findDifference, identityOf } from './table-identity.ts'

type PlanOptions = {
  source: Source
  store: Store
  lease: CaptureLease
  /** For the log: which tables are read, and why. */
  onReading(table: string, because: string): void
  beginSnapshot(transaction: Transaction, topics: string[]): Promise<void>
}

/** Changes are gone that were not read: what to do is in the message. */
export class LostChangesError extends Error {
  override readonly name = 'LostChangesError'
}

export const lostText = (system: string, because: string) =>
  `source ${system}: changes were lost, because ${because}: read its tables again with "npm run snapshot -- ${system}" (docs/playbooks/lost-slot.md)`

export const cleanedText = (table: string, reached: Lsn, startLsn: Lsn) =>
  `the clean-up at the source removed changes of ${table} between ${formatLsn(reached)} and ${formatLsn(startLsn)} before they were read`

/**
 * Where capture resumes, and what of the tables is still to be read. An interrupted reading resumes where it was.
 * @throws ConfigError where changes were lost; its message says what to do
 */
export async function planCapture(options: PlanOptions, catalog: Catalog): Promise<Progress> {
  const { source, store, lease } = options
  const known = await loadProgress(store, source.system)
  if (known?.state === 'lost') throw new ConfigError(lostText(source.system, 'its capture ended so before'))
  const plan = known && !isForgotten(known) ? known : beginAgain(known)
  const topics = planReadings(options, catalog, plan)
  await store.transaction(async transaction => {
    await saveProgress(transaction.query, source.system, lease, plan)
    await options.beginSnapshot(transaction, topics)
  })
  return plan
}

/** Records that changes were lost: capture does not go on by itself. */
export async function saveLost(store: Store, system: string, because: string): Promise<ConfigError> {
  const text = lostText(system, because)
  await saveProblem(store, system, text, true).catch(() => {})
  return new ConfigError(text)
}

/** Nothing that was read counts any more: an operator said so, or nothing was read yet. */
const isForgotten = ({ tables, reading }: Progress) =>
  Object.keys(tables).length === 0 && Object.keys(reading).length === 0

/** A new epoch behind everything that was followed: the old log is abandoned, whichever it was. */
function beginAgain(known: Progress | undefined): Progress {
  const epoch = (known?.epochs.at(-1)?.epoch ?? 0) + 1
  return emptyProgress(epoch, 0n)
}

/** Adds to `plan` what is to be read. @returns topics of tables whose reading begins */
function planReadings({ source, onReading }: PlanOptions, { tables }: Catalog, plan: Progress): string[] {
  const listed = new Set(source.tables.map(({ name }) => name))
  for (const kept of [plan.tables, plan.reading, plan.followed])
    for (const name of Object.keys(kept)) if (!listed.has(name)) delete kept[name]
  const begun = source.tables.flatMap(table => {
    const found = tables.get(table.name)
    const because = found && findReason(table, found, plan)
    return found && because ? [{ table, found, because }] : []
  })
  if (begun.length === 0) return []
  const isFirst = Object.keys(plan.tables).length === 0 && Object.keys(plan.followed).length === 0
  const newest = plan.epochs.at(-1)?.epoch ?? 1
  const epoch = isFirst ? newest : newest + 1
  if (!isFirst) plan.epochs.push({ epoch, after: furthest(plan) })
  for (const { table, found, because } of begun) {
    onReading(table.name, because)
    plan.reading[table.name] = {
      epoch,
      identity: identityOf(table, found),
      place: undefined,
      ordinal: 0,
      after: undefined,
      rows: 0,
      estimatedRows: found.estimatedRows,
    }
    delete plan.followed[table.name]
  }
  // Another log may follow: nothing of this one is needed any more.
  if (Object.keys(plan.followed).length === 0) plan.log = undefined
  plan.state = 'snapshot'
  return begun.map(({ table }) => table.topic)
}

function furthest({ followed }: Progress): Lsn {
  const places = Object.values(followed).map(({ reached }) => reached)
  return places.sort((a, b) => (a < b ? -1 : 1)).at(-1) ?? 0n
}

/** Why a table is to be read from its beginning; undefined where it is followed, or its reading goes on. */
function findReason(table: SourceTable, found: TableFacts, plan: Progress): string | undefined {
  const was = plan.reading[table.name] ?? plan.tables[table.name]
  if (!was) return 'it has not been read yet'
  const followed = plan.followed[table.name]
  const difference = findDifference(was.identity, identityOf(table, found))
  if (difference || !followed) return difference
  const captured = capturedColumns(table, found)
  if (chooseInstance(found.instances, captured, followed.reached)) return undefined
  const own = found.instances.find(({ objectId }) => objectId === followed.instance)
  if (own && !plan.reading[table.name])
    throw new LostChangesError(cleanedText(table.name, followed.reached, own.startLsn))
  return own ? 'changes since its reading began were cleaned up' : 'its capture instance was replaced'
}
