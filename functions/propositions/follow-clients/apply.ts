import { epochStart, isSnapshotComplete } from '../../../shared/bus/index.ts'
import {
  type BusEvent,
  CHANGE,
  type Change,
  changeSchema,
  type Row,
  SNAPSHOT_END,
  snapshotEndSchema,
} from '../../../shared/events/index.ts'
import { type ClientChange, settleClients, settleTable } from '../../../shared/propositions/clients.ts'
import type { Query } from '../../../shared/store/index.ts'
import { boundText } from '../../../shared/text/index.ts'
import { readClientId, readRow, type Said, type Target } from './rows.ts'
import { deleteOlder, hasRows, type Stored, storeRows, type Touched } from './store-rows.ts'

type Applied = Touched & { malformed: BusEvent[]; clientIds: string[] }

/** What a table's events are written as: rows of clients, or the clients themselves. */
type Sink = {
  add(change: Change, row: Row, event: BusEvent): boolean
  flush(): Promise<void>
  /** All of the table that is older is gone. */
  clear(position: string): Promise<void>
}

/**
 * Writes a topic's events. Rows keep the newer position, so that an event that comes twice, or late, changes nothing.
 * @returns whose clients have to be looked up, and the events that are no changes
 */
export async function applyEvents(query: Query, target: Target, events: BusEvent[]): Promise<Applied> {
  const applied: Applied = { keys: [], parents: [], malformed: [], clientIds: [] }
  const isClient = target.table.entity === 'client'
  const sink = isClient
    ? makeClientSink(query, target, applied)
    : makeRowSink(query, target, applied, await hasRows(query, target))
  for (const event of events) {
    const end = event.type === SNAPSHOT_END ? snapshotEndSchema.safeParse(event.data).data : undefined
    if (end) {
      await sink.flush()
      if (await isSnapshotComplete(query, 'propositions', event, end)) await sink.clear(epochStart(end.epoch))
      continue
    }
    const change = event.type === CHANGE ? changeSchema.safeParse(event.data).data : undefined
    if (change?.op === 't') {
      await sink.flush()
      await sink.clear(event.position)
      continue
    }
    const row = change && ((change.op === 'd' ? change.before : change.after) ?? undefined)
    if (!change || !row || !isStorable(row, event) || !sink.add(change, row, event))
      applied.malformed.push(event)
  }
  await sink.flush()
  return applied
}

/** Postgres keeps no NUL in a text, and a moment must be one. */
function isStorable(row: Row, event: BusEvent): boolean {
  const texts = [event.partitionkey, event.position, ...Object.values(row)]
  return (
    !Number.isNaN(Date.parse(event.time)) &&
    texts.every(text => typeof text !== 'string' || !text.includes('\0'))
  )
}

function makeRowSink(query: Query, target: Target, touched: Touched, canRenew: boolean): Sink {
  const latest = new Map<string, Stored>()
  return {
    add({ op }, row, { partitionkey, position, time }) {
      // What a snapshot reads builds cover: it only renews what is there, and the first one has nothing to renew.
      if (op === 'r' && !canRenew && latest.size === 0) return true
      const key = boundText(partitionkey)
      const whole = readRow(target, row, time)
      const said = op === 'd' ? asTombstone(whole) : whole
      touched.keys.push(key)
      if (whole.ownKind !== null && whole.ownId !== null)
        touched.parents.push({ kind: whole.ownKind, id: whole.ownId })
      // A batch need not be in order: a replayed or a parked event comes late.
      if ((latest.get(key)?.position ?? '') >= position) return true
      // A new row that says nothing renews what is there, too.
      const isNew = op !== 'r' && (op !== 'c' || saysSomething(said))
      latest.set(key, { key, position, isDeleted: op === 'd', isNew, said })
      return true
    },
    async flush() {
      await storeRows(query, target, [...latest.values()])
      latest.clear()
    },
    async clear(position) {
      touched.parents.push(...(await deleteOlder(query, target, position)))
    },
  }
}

/** Of a row that is gone only its key and what it was to others are kept. */
function asTombstone({ ownKind, ownId }: Said): Said {
  const nothing = { kind: null, clientId: null, productId: null, parentKind: null, parentId: null }
  return { ...nothing, ownKind, ownId, day: null, at: null }
}

const saysSomething = ({ kind, clientId, parentId, ownId }: Said) =>
  (clientId !== null || parentId !== null) && (kind !== null || ownId !== null)

function makeClientSink(query: Query, target: Target, applied: Applied): Sink {
  const place = { system: target.source.system, table: target.table.name }
  const changes: ClientChange[] = []
  return {
    add({ op }, row, { position }) {
      const clientId = readClientId(target, row)
      if (clientId === null) return false
      changes.push({ clientId, position, isGone: op === 'd' })
      applied.clientIds.push(boundText(clientId))
      return true
    },
    async flush() {
      await settleClients(query, place, changes.splice(0))
    },
    clear: position => settleTable(query, place, position),
  }
}
