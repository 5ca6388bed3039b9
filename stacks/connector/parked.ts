import { createHash } from 'node:crypto'
import { attributesOf, type BusRecord, dataBytesOf, RAW } from '../../shared/bus/index.ts'
import { type BusEvent, toRecord } from '../../shared/events/index.ts'
import type { Query, Store } from '../../shared/store/index.ts'
import type { Settled } from './settle.ts'

/** What the store's index of parked events surely takes; ids from others can be of any length. */
const MAX_ID = 500
/** Events of some megabytes are read a few at a time. */
const MAX_READ_BYTES = 8 * 1024 * 1024

/**
 * Parks events, before any cursor moves past them, with their data as they were on the bus. Of what was not admitted
 * yet only the position is kept: its values may be personal.
 */
export async function park(store: Store, name: string, parked: Settled[]): Promise<void> {
  if (parked.length === 0) return
  try {
    await insert(store, name, parked, toEvent)
  } catch (error) {
    if (!isOfData(error)) throw error
    const [only] = parked
    if (parked.length > 1) for (const one of parked) await park(store, name, [one])
    else if (only) await insert(store, name, [only], toAttributes)
  }
}

async function insert(
  store: Store,
  name: string,
  parked: Settled[],
  toText: (record: BusRecord) => string,
): Promise<void> {
  await store.query(
    `insert into ops.parked (function, topic, event_id, event, reason, detail, value)
     select $1, * from unnest($2::text[], $3::text[], $4::jsonb[], $5::text[], $6::text[], $7::bytea[])
     on conflict (function, event_id) do update set reason = excluded.reason, detail = excluded.detail, replay_requested_at = null`,
    [
      name,
      parked.map(({ record }) => record.topic),
      parked.map(({ record }) => toId(record.id)),
      parked.map(({ record }) => (record.type === RAW ? null : toText(record))),
      parked.map(({ reason }) => reason),
      parked.map(toDetail),
      parked.map(({ record }) => (record.type === RAW ? null : dataBytesOf(record))),
    ],
  )
}

/** Whether the store refuses what it was given, such as a NUL in a text or a number beyond its range. */
function isOfData(error: unknown): boolean {
  return /^(22|54)/.test(String((error as { code?: unknown }).code))
}

const storable = (text: string) => text.replaceAll('\0', '\ufffd').toWellFormed()

function toId(id: string): string {
  if (id.length <= MAX_ID) return storable(id)
  return `${storable(id.slice(0, MAX_ID))}#${createHash('sha256').update(id).digest('hex')}`
}

function toDetail({ record, detail }: Settled): string | null {
  const place = record.type === RAW ? `partition ${record.partition}, offset ${record.offset}` : undefined
  return storable([place, detail].filter(Boolean).join(': ')) || null
}

/** A CloudEvent without its data. */
function toAttributes(record: BusRecord): string {
  return JSON.stringify(attributesOf(record), (_, value) =>
    typeof value === 'string' ? storable(value) : value,
  )
}

/** A CloudEvent whose data are the very text of the bus, where that is JSON: no number is rounded on its way. */
function toEvent(record: BusRecord): string {
  const attributes = toAttributes(record)
  try {
    JSON.parse(record.value)
  } catch {
    return attributes
  }
  return `${attributes.slice(0, -1)},"data":${record.value}}`
}

/** A parked event, to be sent again: as it is in `event`, or with its original bytes where that has no data. */
export type ParkedEvent = { id: string; function: string; record: BusRecord }

/** The events that a condition picks, in the order in which they were parked; as many as may be held at once, one at least. */
export async function readParked(
  query: Query,
  condition: string,
  values: unknown[],
  limit: number,
): Promise<ParkedEvent[]> {
  const rows = await query<{
    id: string
    function: string
    event: Omit<BusEvent, 'data'>
    data: string | null
    value: Buffer | null
  }>(
    `select id, function, event - 'data' as event, (event -> 'data')::text as data, case when not event ? 'data' then value end as value
     from (
       select *, sum(octet_length(event::text) + coalesce(octet_length(value), 0)) over (order by id) as bytes, row_number() over (order by id) as nth
       from ops.parked where event is not null and ${condition} order by id limit ${limit}
     ) p where nth = 1 or bytes <= ${MAX_READ_BYTES} order by id`,
    values,
  )
  return rows.map(({ id, function: name, event, data, value }) => ({
    id,
    function: name,
    record: { ...toRecord({ ...event, data: null }), value: data ?? value?.toString() ?? 'null' },
  }))
}
