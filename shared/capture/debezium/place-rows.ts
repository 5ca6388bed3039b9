import { OutageError } from '../../errors/index.ts'
import type { Query } from '../../store/index.ts'

/** Ordinals of changes, by their names in a commit. */
export type Ordinals = Map<string, number>

/** How far an epoch was admitted. LSNs in hex: compared as text. */
export type Reached = { commit: string; change: string; ordinal: number }

/** The commits and changes that something lies between. */
export type Span = { firstCommit: string; lastCommit: string; lowestChange: string; highestChange: string }

/** A batch's new changes. */
export type PlaceRow = { number: number; span: Span; ordinals: Map<string, Ordinals>; reached: Reached }

/**
 * How long rows are kept: many times what Connect may not have saved of its offsets (60 s). Batches count too, because a
 * Debezium that rests for days still sends its last minute again.
 */
const KEPT_MINUTES = 60
const KEPT_BATCHES = 1000
/** Forgetting looks at all rows of the last hour. */
const FORGET_EVERY = 50

/** The memory of one epoch of a system. */
export function openPlaceRows(system: string, epoch: number) {
  return {
    /** The newest row's number, and how far the epoch was admitted by then. */
    async loadReached(query: Query): Promise<(Reached & { number: number }) | undefined> {
      const [row] = await query<{ number: string; commit: string; change: string; ordinal: string }>(
        `select number, reached_commit as commit, reached_change as change, reached_ordinal as ordinal
         from ingest.raw_place where system = $1 and epoch = $2 order by number desc limit 1`,
        [system, epoch],
      )
      return row && { ...row, number: Number(row.number), ordinal: Number(row.ordinal) }
    },

    /** Of the rows that can hold changes of a span: of a large transaction those about its LSNs, not all. */
    async loadOrdinals(query: Query, span: Span): Promise<[commit: string, Ordinals][]> {
      const rows = await query<{ ordinals: Record<string, Record<string, number>> }>(
        `select ordinals from ingest.raw_place where system = $1 and epoch = $2
           and last_commit >= $3 and first_commit <= $4 and highest_change >= $5 and lowest_change <= $6`,
        [system, epoch, span.firstCommit, span.lastCommit, span.lowestChange, span.highestChange],
      )
      return rows.flatMap(({ ordinals }) =>
        Object.entries(ordinals).map(([commit, changes]): [string, Ordinals] => [
          commit,
          new Map(Object.entries(changes)),
        ]),
      )
    },

    /** The highest ordinal of each of these commits. */
    async loadHighest(query: Query, commits: string[]): Promise<[commit: string, ordinal: number][]> {
      const rows = await query<{ commit: string; highest: string }>(
        `select c.commit, max(o.value::bigint) as highest from unnest($3::text[]) as c (commit)
         join ingest.raw_place p on p.first_commit <= c.commit and p.last_commit >= c.commit,
           json_each_text(p.ordinals -> c.commit) o
         where p.system = $1 and p.epoch = $2 group by c.commit`,
        [system, epoch, commits],
      )
      return rows.map(({ commit, highest }) => [commit, Number(highest)])
    },

    /** @throws OutageError where another has written a row of this number: its changes are to be looked at first */
    async insert(query: Query, { number, span, ordinals, reached }: PlaceRow): Promise<void> {
      const written = await query(
        `insert into ingest.raw_place (system, epoch, number, first_commit, last_commit, lowest_change, highest_change,
           ordinals, reached_commit, reached_change, reached_ordinal)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing returning number`,
        [
          system,
          epoch,
          number,
          span.firstCommit,
          span.lastCommit,
          span.lowestChange,
          span.highestChange,
          toJson(ordinals),
          reached.commit,
          reached.change,
          reached.ordinal,
        ],
      )
      if (written.length === 0)
        throw new OutageError('store', `another admits changes of ${system} at the same time`)
      if (number % FORGET_EVERY === 0)
        await query(
          `delete from ingest.raw_place where system = $1 and (epoch < $2 or (epoch = $2 and number <= $3))
             and admitted_at < now() - make_interval(mins => $4)`,
          [system, epoch, number - KEPT_BATCHES, KEPT_MINUTES],
        )
    },
  }
}

function toJson(ordinals: Map<string, Ordinals>): string {
  return JSON.stringify(
    Object.fromEntries([...ordinals].map(([commit, changes]) => [commit, Object.fromEntries(changes)])),
  )
}
