import { addOrdinals, type NewRecord, type Position, partitionOf } from '../bus/index.ts'
import { type ColumnType, type Source, type SourceTable, takenColumns, type Value } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import { CHANGE, type Change, type Operation, type Row, SNAPSHOT_END } from '../events/index.ts'
import { clientOf, needsClient, type Vault } from '../privacy/index.ts'
import type { Query } from '../store/index.ts'
import { makeTally, type Tally } from './replaced.ts'
import { NoPlaceError, ValueError } from './values.ts'

/** A row's values as its source sends them, by column; undefined is one that did not change and was not sent. */
export type RawRow<V> = Map<string, V | null | undefined>

/** A row's change as its source sends it: nothing treated yet. It must not leave the process. */
export type RawChange<V = string> = {
  table: SourceTable
  op: Operation
  before?: RawRow<V> | undefined
  after?: RawRow<V> | undefined
  position: Position
  /** Commit time, ISO 8601. */
  changedAt: string
}

/** A change that could not be admitted: its position, never its values. */
export type Refusal = {
  table: SourceTable
  position: Position
  reason: 'unchanged_value_unknown' | 'type_mismatch' | 'key_missing'
  column: string
}

export type Admitted = { records: NewRecord[]; refusals: Refusal[] }

class RefusedError extends Error {
  readonly reason: Refusal['reason']
  readonly column: string
  constructor(reason: Refusal['reason'], column: string) {
    super(`${reason}: ${column}`)
    this.reason = reason
    this.column = column
  }
}

/** The key of a row as text: the value itself, or a JSON array where the key has several columns. */
export function keyOf(table: SourceTable, row: Row): string {
  const values = table.key.map(name => row[name] ?? null)
  return values.length === 1 ? String(values[0]) : JSON.stringify(values)
}

/** The same of a row whose values were not read yet: equal for equal keys, and nothing else. */
export function rawKeyOf(table: SourceTable, row: RawRow<string>): string {
  return JSON.stringify(table.key.map(name => row.get(name)))
}

/** Reads a source's value as a declared type. @throws ValueError where it is not of the type, NoPlaceError where it does not fit it */
export type ReadValue<V> = (value: V, type: ColumnType) => NonNullable<Value>

/**
 * Turns a source's changes into bus records: declared types, the privacy policy, keys and partitions. What leaves here
 * holds no clear personal value.
 */
export async function admit<V>(
  query: Query,
  source: Source,
  vault: Vault,
  changes: RawChange<V>[],
  readValue: ReadValue<V>,
): Promise<Admitted> {
  const refusals: Refusal[] = []
  const typed: Typed<V>[] = []
  const tally = makeTally()
  for (const change of changes) {
    try {
      const after = change.after && toValues(readValue, change.table, change.after, change.before, tally)
      const before = change.before && toOldValues(readValue, change.table, change.before)
      typed.push({ change, before, after })
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      refusals.push({
        table: change.table,
        position: change.position,
        reason: error.reason,
        column: error.column,
      })
    }
  }
  const clients = typed.flatMap(({ change: { table }, before, after }) =>
    [before, after].map(row => row && clientOf(table, row)),
  )
  const keys = await vault.keysOf(
    query,
    clients.filter(id => id !== undefined),
  )

  const records: NewRecord[] = []
  for (const one of typed) {
    const kept = withoutErased(one, client => !keys.has(client))
    if (!kept) continue
    const { table } = kept.change
    const treat = (row: Row | undefined) =>
      row && vault.treat(table, row, keys.get(clientOf(table, row) ?? ''))
    records.push(...toRecords(source, kept.change, treat(kept.before), treat(kept.after)))
    if (kept.after) noteClientless(table, kept.after, tally)
  }
  await tally.save(query, source.system)
  return { records, refusals }
}

type Typed<V> = { change: RawChange<V>; before: Row | undefined; after: Row | undefined }

/**
 * What may be published of a change, where one of its clients was erased. That client's own rows were deleted when it was
 * erased, so nothing is published of them. A row that moves to another client is that one's from then on; one that moves to an
 * erased client is deleted. Of the erased one's side only the key is published.
 */
function withoutErased<V>(
  { change, before, after }: Typed<V>,
  isErased: (client: string) => boolean,
): Typed<V> | undefined {
  const { table } = change
  const isOfErased = (row: Row | undefined) => {
    const client = row && clientOf(table, row)
    return client !== undefined && isErased(client)
  }
  const wasErased = isOfErased(before)
  const willBeErased = isOfErased(after)
  if (!wasErased && !willBeErased) return { change, before, after }
  const keyOnly = (row: Row | undefined): Row | undefined =>
    row && Object.fromEntries(table.key.map(name => [name, row[name] ?? null]))
  if (after && !willBeErased) return { change, before: undefined, after }
  if (change.op === 'u' && !wasErased)
    return { change: { ...change, op: 'd' }, before: keyOnly(before ?? after), after: undefined }
  return undefined
}

/** A row that names no client has no key that would treat what is personal in it: that is null, and counted. */
function noteClientless(table: SourceTable, row: Row, tally: Tally): void {
  if (!table.personal || clientOf(table, row) !== undefined) return
  for (const [name, column] of takenColumns(table))
    if (needsClient(column) && row[name] !== null && row[name] !== undefined)
      tally.note(table, name, 'no_client')
}

/** An update of the key is a delete of the old row and a create of the new one: each key keeps its own order. */
function toRecords<V>(
  source: Source,
  change: RawChange<V>,
  before: Row | undefined,
  after: Row | undefined,
): NewRecord[] {
  const { table } = change
  const envelope = (op: Operation, from: Row | undefined, to: Row | undefined): string =>
    JSON.stringify({
      op,
      before: from ?? null,
      after: to ?? null,
      source: { name: source.system, schema: source.namespace, table: table.name, snapshot: op === 'r' },
    } satisfies Change)
  const record = (key: string, position: Position, value: string): NewRecord => ({
    topic: table.topic,
    partition: partitionOf(key, table.partitions),
    type: CHANGE,
    key,
    position,
    changedAt: change.changedAt,
    value,
  })
  if (change.op === 't')
    return Array.from({ length: table.partitions }, (_, partition) => ({
      ...record('', change.position, envelope('t', undefined, undefined)),
      partition,
    }))
  const row = after ?? before
  if (!row) return []
  const key = keyOf(table, row)
  if (change.op === 'u' && before && keyOf(table, before) !== key)
    return [
      record(keyOf(table, before), change.position, envelope('d', before, undefined)),
      record(key, addOrdinals(change.position, 1), envelope('c', undefined, after)),
    ]
  return [record(key, change.position, envelope(change.op, before, after))]
}

/** Every change takes two ordinals, so that the second half of a key's update has a position of its own. */
export const ORDINALS_PER_CHANGE = 2
/** Ordinals from here on are of rows that were read after a transaction, not of its own changes. */
export const READ_ORDINAL = 0x8000_0000
/** After all rows that are read at a place in the log. */
export const END_ORDINAL = 0xffff_ffff

/** The events that close a table's snapshot, one for each partition. */
export function makeSnapshotEnds(
  table: SourceTable,
  epoch: number,
  position: Position,
  changedAt: string,
): NewRecord[] {
  return Array.from({ length: table.partitions }, (_, partition) => ({
    topic: table.topic,
    partition,
    type: SNAPSHOT_END,
    key: '',
    position,
    changedAt,
    value: JSON.stringify({ epoch, partitions: table.partitions }),
  }))
}

/**
 * What is known of a row before its change. Only its key must be readable: a bad value must not keep its own correction or
 * deletion out.
 */
function toOldValues<V>(readValue: ReadValue<V>, table: SourceTable, row: RawRow<V>): Row {
  const values: Row = {}
  for (const [name, column] of takenColumns(table)) {
    const raw = row.get(name)
    if (raw === undefined) continue
    try {
      values[name] = raw === null ? null : readValue(raw, column.type)
    } catch (error) {
      if (!(error instanceof ValueError || error instanceof NoPlaceError)) throw error
      if (table.key.includes(name) || name === table.client) throw new RefusedError('type_mismatch', name)
    }
  }
  for (const name of table.key)
    if (!Object.hasOwn(values, name) || values[name] === null) throw new RefusedError('key_missing', name)
  return values
}

/** The listed columns of a row in their declared types; an unchanged TOASTed value comes from the row before. */
function toValues<V>(
  readValue: ReadValue<V>,
  table: SourceTable,
  row: RawRow<V>,
  before: RawRow<V> | undefined,
  tally: Tally,
): Row {
  const values: Row = {}
  for (const [name, column] of takenColumns(table)) {
    // Renamed or dropped while we stream: null would be wrong.
    if (!row.has(name))
      throw new ConfigError(
        `column ${table.name}.${name} is no longer there: correct the source file or the table`,
      )
    const raw = row.get(name) === undefined ? before?.get(name) : row.get(name)
    if (raw === undefined) throw new RefusedError('unchanged_value_unknown', name)
    try {
      values[name] = raw === null ? null : readValue(raw, column.type)
    } catch (error) {
      const isOfKey = table.key.includes(name) || name === table.client
      if (error instanceof ValueError || (error instanceof NoPlaceError && isOfKey))
        throw new RefusedError('type_mismatch', name)
      if (!(error instanceof NoPlaceError)) throw error
      values[name] = null
      tally.note(table, name, error.reason)
    }
  }
  for (const name of table.key)
    if (!Object.hasOwn(values, name) || values[name] === null) throw new RefusedError('key_missing', name)
  return values
}
