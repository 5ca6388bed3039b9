import { isOwn } from '../../../shared/capture/own/kind.ts'
import type { Source } from '../../../shared/config/index.ts'
import { BadInputError } from '../../../shared/errors/index.ts'
import type { Store } from '../../../shared/store/index.ts'

/** The group under which the connector reads the bus for land-changes. */
const LANDING_GROUP = 'land-changes'

export type Coverage = {
  system: string
  position: string
  changedAt: string
  /** ISO time up to which each table has landed. */
  tables: Record<string, string>
}

/**
 * Per system, up to where all of its tables have landed. A system that was never captured is omitted, and so is Cordage's own
 * while that is not known: no mart waits for what people search.
 * @throws BadInputError while one is being read: a half-read table would not fit the rest, and yesterday's marts do
 */
export async function readCoverage(store: Store, sources: Source[]): Promise<Coverage[]> {
  const rows = await store.query<{ topic: string; complete: boolean; position: string; changed_at: Date }>(
    `select t.name as topic, bool_and(c.position is not null) as complete, min(c.position) as position, min(c.changed_at) as changed_at
     from bus.topic t
     join bus.partition p on p.topic_id = t.id
     left join bus.coverage c on c.topic = t.name and c.partition = p.partition and c."group" = $1
     group by t.name`,
    [LANDING_GROUP],
  )
  return sources.flatMap(source => {
    const { system, tables } = source
    const own = rows.filter(({ topic }) => tables.some(table => table.topic === topic))
    if (own.length === 0) return []
    if (own.some(({ complete }) => !complete)) {
      if (isOwn(source)) return []
      throw new BadInputError(`the tables of ${system} are still being read: build once they have landed`, {
        status: 409,
        reason: 'not_yet',
      })
    }
    const [position = ''] = own.map(row => row.position).toSorted()
    const changedAt = Math.min(...own.map(row => row.changed_at.getTime()))
    const landed = tables.flatMap(({ name, topic }) =>
      own.filter(row => row.topic === topic).map(row => [name, row.changed_at.toISOString()]),
    )
    return [
      { system, position, changedAt: new Date(changedAt).toISOString(), tables: Object.fromEntries(landed) },
    ]
  })
}

/**
 * Positions of different systems do not compare: the one that is furthest behind stands for all. Cordage's own does not count.
 * @returns null where one was never captured
 */
export function leastCovered(
  coverage: Coverage[],
  sources: Source[],
): { changedAt: string; position: string } | null {
  const systems = sources.filter(source => !isOwn(source)).map(({ system }) => system)
  const found = coverage.filter(({ system }) => systems.includes(system))
  if (found.length < systems.length) return null
  const [least] = found.toSorted((a, b) => a.changedAt.localeCompare(b.changedAt))
  return least ? { changedAt: least.changedAt, position: least.position } : null
}
