import { appendFileSync } from 'node:fs'
import { landEvents } from '../../functions/land/land-changes/land-events.ts'
import { parseSource } from '../../shared/capture/sources.ts'
import { type BusEvent, CHANGE } from '../../shared/events/index.ts'
import { openTable, tablePath } from '../../shared/lake/index.ts'
import { openObjects } from '../../shared/objects/index.ts'

/**
 * One of several processes that write one table: in each round it lands events that all of them are given, and one of
 * its own. Arguments: the objects' URL, the writer's number, rounds, and a file in which it notes each round that
 * landed.
 */
export const RACE_YML = `connection: race
capture: postgres
timeZone: UTC
tables:
  Race:
    entity: product
    key: [ID]
    columns:
      ID: { type: string, as: product_id }
`

export const SOURCE = parseSource('race.yml', RACE_YML)

export const RACE_PATH = tablePath('race', 'Race')
export const SHARED_EVENTS = 3

export const sharedId = (round: number, n: number) => `shared ${round} ${n}`
export const ownId = (writer: number, round: number) => `writer ${writer} ${round}`

function makeEvent(id: string, partition: number, offset: number): BusEvent {
  const position = `0001-${offset.toString(16).padStart(16, '0')}-00000000`
  const row = { ID: id }
  return {
    specversion: '1.0',
    id: `race/Race/${position}`,
    source: '/race',
    type: CHANGE,
    time: '2017-06-30T10:00:00Z',
    position,
    partitionkey: id,
    topic: 'cdc.race.Race',
    partition,
    offset: String(offset),
    busid: 'race',
    data: { op: 'c', after: row, source: { name: 'race', schema: 'public', table: 'Race' } },
  }
}

/** A batch's border is the writer's own: every writer repeats some of the round before, and some go ahead. */
export function eventsOf(writer: number, round: number): BusEvent[] {
  const last = (round + 1) * SHARED_EVENTS - (writer % SHARED_EVENTS)
  const first = Math.max(0, (round - 1) * SHARED_EVENTS)
  const shared = Array.from({ length: last - first }, (_, i) => {
    const offset = first + i
    return makeEvent(sharedId(Math.floor(offset / SHARED_EVENTS), offset % SHARED_EVENTS), 0, offset)
  })
  return [...shared, makeEvent(ownId(writer, round), writer + 1, round)]
}

if (import.meta.main) {
  const [url = '', writer = '0', rounds = '0', notes = ''] = process.argv.slice(2)
  const [source] = SOURCE.tables
  if (!source) throw new Error('the source has a table')
  const table = await openTable(openObjects(url), RACE_PATH)
  for (let round = 0; round < Number(rounds); round++) {
    await landEvents(table, source, eventsOf(Number(writer), round))
    appendFileSync(notes, `${round}\n`)
  }
}
