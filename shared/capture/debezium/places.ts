import type { Query } from '../../store/index.ts'
import { type Ordinals, openPlaceRows, type Reached, type Span } from './place-rows.ts'
import type { SqlServerPlace } from './sql-server.ts'

export type Places = Awaited<ReturnType<typeof loadPlaces>>

/**
 * Which number each change of a SQL Server has in its commit: the one with which it was first admitted, however often it is
 * sent and however Debezium counts it then. A new one comes after all of its commit.
 * @param wanted the changes of a batch, by epoch; an epoch that begins in the batch has no memory yet
 */
export async function loadPlaces(query: Query, system: string, wanted: Map<number, SqlServerPlace[]>) {
  const epochs = new Map<number, EpochPlaces>()
  for (const [epoch, places] of wanted) epochs.set(epoch, await loadEpoch(query, system, epoch, places))
  const of = (epoch: number): EpochPlaces => {
    const found = epochs.get(epoch) ?? makeEpoch(system, epoch)
    epochs.set(epoch, found)
    return found
  }
  return {
    ordinalOf: (epoch: number, place: SqlServerPlace) => of(epoch).ordinalOf(place),
    /** The highest number so far in the commit, 0 before its first. */
    highestOf: (epoch: number, place: SqlServerPlace) => of(epoch).highestOf(place),
    /** @throws OutageError where another has admitted changes since these were loaded */
    async save(write: Query): Promise<void> {
      for (const places of epochs.values()) await places.save(write)
    },
  }
}

/** What is known of an epoch's commits before a batch. */
type Memory = {
  number: number
  reached: Reached | undefined
  known: Map<string, Ordinals>
  highest: Map<string, number>
}

type EpochPlaces = ReturnType<typeof makeEpoch>

async function loadEpoch(query: Query, system: string, epoch: number, wanted: SqlServerPlace[]) {
  const rows = openPlaceRows(system, epoch)
  const newest = await rows.loadReached(query)
  if (!newest) return makeEpoch(system, epoch)
  const { number, ...reached } = newest
  const known = new Map<string, Ordinals>()
  const highest = new Map([[reached.commit, reached.ordinal]])
  // The usual batch lies beyond, and nothing is read for it.
  const again = wanted.filter(place => !isBeyond(place, reached))
  if (again.length > 0) {
    for (const [commit, changes] of await rows.loadOrdinals(query, spanOf(again)))
      known.set(commit, new Map([...(known.get(commit) ?? []), ...changes]))
    const isLate = (place: SqlServerPlace) => !known.get(place.change.commit)?.has(place.change.id)
    const late = new Set(again.filter(isLate).map(({ change }) => change.commit))
    late.delete(reached.commit)
    if (late.size > 0)
      for (const [commit, ordinal] of await rows.loadHighest(query, [...late])) highest.set(commit, ordinal)
  }
  return makeEpoch(system, epoch, { number, reached, known, highest })
}

function makeEpoch(system: string, epoch: number, memory?: Memory) {
  const { number, known, highest } = memory ?? { number: 0, known: new Map(), highest: new Map() }
  let reached = memory?.reached
  const added: SqlServerPlace[] = []
  return {
    ordinalOf(place: SqlServerPlace): number {
      const { commit, at, id } = place.change
      const changes: Ordinals = known.get(commit) ?? new Map()
      const admitted = changes.get(id)
      if (admitted !== undefined) return admitted
      const ordinal = Math.max(place.ordinal ?? 0, (highest.get(commit) ?? 0) + 1)
      known.set(commit, changes.set(id, ordinal))
      highest.set(commit, ordinal)
      added.push(place)
      const isFurther = !reached || isBeyond(place, reached)
      if (!reached || isFurther) reached = { commit, change: at, ordinal }
      else if (commit === reached.commit) reached = { ...reached, ordinal }
      return ordinal
    },
    highestOf: ({ change }: SqlServerPlace) => highest.get(change.commit) ?? 0,
    async save(write: Query): Promise<void> {
      if (!reached || added.length === 0) return
      const ordinals = new Map<string, Ordinals>()
      for (const { change } of added) {
        const ofCommit = ordinals.get(change.commit) ?? new Map()
        ordinals.set(change.commit, ofCommit.set(change.id, known.get(change.commit)?.get(change.id)))
      }
      const row = { number: number + 1, span: spanOf(added), ordinals, reached }
      await openPlaceRows(system, epoch).insert(write, row)
    },
  }
}

function isBeyond({ change: { commit, at } }: SqlServerPlace, reached: Reached): boolean {
  return commit > reached.commit || (commit === reached.commit && at > reached.change)
}

function spanOf([first, ...others]: SqlServerPlace[]): Span {
  const { commit, at } = (first as SqlServerPlace).change
  const span = { firstCommit: commit, lastCommit: commit, lowestChange: at, highestChange: at }
  for (const { change } of others) {
    if (change.commit < span.firstCommit) span.firstCommit = change.commit
    if (change.commit > span.lastCommit) span.lastCommit = change.commit
    if (change.at < span.lowestChange) span.lowestChange = change.at
    if (change.at > span.highestChange) span.highestChange = change.at
  }
  return span
}
