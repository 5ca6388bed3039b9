import type { Source, SourceTable } from '../../config/index.ts'
import { refuseProblems } from '../capture.ts'
import { type Catalog, type InstanceFacts, readCatalog, type TableFacts } from './catalog.ts'
import type { Clock } from './clock.ts'
import { type Follower, makeFollower, type SqlServerChange } from './follower.ts'
import { inspectTables } from './inspect.ts'
import { formatLsn, type Lsn } from './lsn.ts'
import { cleanedText, LostChangesError } from './plan.ts'
import { type Guards, type Latest, readCaptureGuards, readLatest } from './poll.ts'
import { epochAt, type Progress } from './progress.ts'
import type { Session } from './session.ts'
import { capturedColumns, chooseInstance, findDifference, identityOf } from './table-identity.ts'

/** Only reading a table again can put it right; the next start of the capture does so. */
export class ReadAgainError extends Error {
  override readonly name = 'ReadAgainError'
}

type FollowingOptions = {
  source: Source
  session: Session
  progress: Progress
  catalog: Catalog
  clock: Clock
}

/** What one look at the source gave: the changes of all tables, in the order of their commits. */
export type Round = { changes: SqlServerChange[]; latest: Latest | undefined; isBehind: boolean }

export type Following = ReturnType<typeof makeFollowing>

/** Follows the change tables of a source's tables, each by the capture instance that has what is to be read next. */
export function makeFollowing({ source, session, progress, catalog: first, clock }: FollowingOptions) {
  const followers = new Map<string, Follower>()
  let catalog = first
  let known = instanceIds(catalog)
  let isOutdated = false

  const follow = (table: SourceTable, instance: InstanceFacts, found: TableFacts, reached: Lsn) => {
    const follower = makeFollower({
      table,
      columns: capturedColumns(table, found),
      instance,
      reached,
      last: progress.followed[table.name]?.position,
      epochAt: commit => epochAt(progress.epochs, commit),
      clock,
    })
    followers.set(table.name, follower)
  }

  const requireInstance = (table: SourceTable, found: TableFacts, reached: Lsn): InstanceFacts => {
    const instance = chooseInstance(found.instances, capturedColumns(table, found), reached)
    if (!instance)
      throw new ReadAgainError(`table ${table.name} is read again: its capture instance was replaced`)
    return instance
  }

  /** Why the log has not the transaction that was read last. */
  const explainLoss = async (): Promise<Error> => {
    const guards = await readCaptureGuards(session)
    const own = [...followers.values()].map(follower => ({
      follower,
      guard: guards.get(follower.instance.objectId),
    }))
    if (own.every(({ guard }) => !guard))
      return new ReadAgainError('all tables are read again: change data capture was disabled and enabled')
    const cleaned = own.find(({ follower, guard }) => guard && guard.startLsn > follower.reached)
    if (cleaned?.guard)
      return new LostChangesError(
        cleanedText(cleaned.follower.table.name, cleaned.follower.reached, cleaned.guard.startLsn),
      )
    return new LostChangesError(
      `its log has no longer the transaction at ${formatLsn(progress.log?.lsn ?? 0n)} that was read: the database was restored from an older copy, or failed over to one`,
    )
  }

  /** Reads the catalogue again. @throws where a table's definition is another one: what was read of it does not fit */
  const refresh = async () => {
    catalog = await readCatalog(session, source)
    known = instanceIds(catalog)
    refuseProblems(source, inspectTables(catalog, source).problems)
    for (const table of source.tables) {
      const found = catalog.tables.get(table.name)
      const was = progress.reading[table.name] ?? progress.tables[table.name]
      const because = found && was && findDifference(was.identity, identityOf(table, found))
      if (because) throw new ReadAgainError(`table ${table.name} is read again: ${because}`)
    }
  }

  /** Takes each table to the newest instance that has what comes next: an older one may be dropped. */
  const chooseInstances = async () => {
    await refresh()
    for (const { table, instance, reached } of [...followers.values()]) {
      const found = catalog.tables.get(table.name)
      const chosen = found && requireInstance(table, found, reached)
      if (chosen && chosen.objectId !== instance.objectId) follow(table, chosen, found, reached)
    }
    isOutdated = false
  }

  /** Whether what was just read is what was there: clean-up, and changes of definitions, come between. */
  const check = async (before: Map<Follower, Lsn>) => {
    const guards = await readCaptureGuards(session)
    for (const [{ table, instance }, reached] of before) {
      const guard = guards.get(instance.objectId)
      if (!guard) isOutdated = true
      else if (guard.startLsn > reached)
        throw new LostChangesError(cleanedText(table.name, reached, guard.startLsn))
    }
    if (hasNewInstance(guards)) isOutdated = true
    if (hasNewDefinition(guards)) await refresh()
  }

  const hasNewInstance = (guards: Guards) => {
    const followed = new Set([...catalog.tables.values()].map(({ objectId }) => objectId))
    return [...guards].some(([id, { sourceId }]) => followed.has(sourceId) && !known.has(id))
  }
  const hasNewDefinition = (guards: Guards) =>
    [...known].some(([id, ddlLsn]) => (guards.get(id)?.ddlLsn ?? 0n) > ddlLsn)

  for (const table of source.tables) {
    const followed = progress.followed[table.name]
    const found = catalog.tables.get(table.name)
    if (followed && found)
      follow(table, requireInstance(table, found, followed.reached), found, followed.reached)
  }

  return {
    followers,
    /** Begins to follow a table, behind a place that its rows are of. */
    begin(table: SourceTable, from: Lsn) {
      const found = catalog.tables.get(table.name)
      if (found) follow(table, requireInstance(table, found, from), found, from)
    },
    /** @param holdOf the place that a table's changes must not pass for now */
    async round(holdOf: (table: SourceTable) => Lsn | undefined): Promise<Round> {
      if (isOutdated) await chooseInstances()
      const proof = followers.size > 0 ? progress.log : undefined
      const latest = await readLatest(session, proof, explainLoss)
      if (!latest) return { changes: [], latest, isBehind: false }
      const before = new Map([...followers.values()].map(follower => [follower, follower.reached]))
      const targetOf = ({ table }: Follower) => {
        const hold = holdOf(table)
        return hold !== undefined && hold < latest.lsn ? hold : latest.lsn
      }
      const changes: SqlServerChange[] = []
      for (const follower of followers.values()) {
        const target = targetOf(follower)
        if (follower.isBehind(target)) changes.push(...(await follower.next(session, target)))
      }
      if (latest.lsn !== progress.log?.lsn || changes.length > 0) await check(before)
      const { lsn, transaction, at } = latest
      progress.log = { lsn, transaction, at }
      return {
        changes: changes.sort((a, b) => (a.position < b.position ? -1 : a.position > b.position ? 1 : 0)),
        latest,
        isBehind: [...followers.values()].some(follower => follower.isBehind(targetOf(follower))),
      }
    },
  }
}

/** The instances of the tables, each with its last change of a definition. */
function instanceIds({ tables }: Catalog): Map<number, Lsn> {
  return new Map(
    [...tables.values()].flatMap(({ instances }) =>
      instances.map(({ objectId, ddlLsn }): [number, Lsn] => [objectId, ddlLsn]),
    ),
  )
}
