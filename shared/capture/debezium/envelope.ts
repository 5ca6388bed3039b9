import type { SourceTable } from '../../config/index.ts'
import type { Operation } from '../../events/index.ts'
import type { RawRow } from '../admission.ts'
import type { DebeziumSource } from './kind.ts'
import type { DebeziumValue, FieldSchema } from './read-value.ts'
import { mendSqlServerRows, readSqlServerPlace, type SqlServerPlace } from './sql-server.ts'

/** What one message of a raw topic says. */
export type DebeziumMessage =
  | {
      kind: 'change'
      table: SourceTable
      op: Operation
      before: RawRow<DebeziumValue> | undefined
      after: RawRow<DebeziumValue> | undefined
      snapshot: 'first' | 'last' | 'row' | undefined
      place: Place | undefined
      /** Commit time, ISO 8601. */
      changedAt: string
    }
  /** A change of an unlisted table, such as the heartbeat's: everything before it has been sent. */
  | { kind: 'mark'; place: Place; at: Date }
  /** A tombstone, a heartbeat without a place, the begin or end of a transaction. */
  | { kind: 'nothing' }
  | { kind: 'foreign'; reason: 'malformed_event' | 'unsupported_snapshot' }

/** Where a change is in its source: its transaction by the log, and its number in it, from 1. */
export type Place = PostgresPlace | SqlServerPlace

type PostgresPlace = { commit: bigint; commitDigits: 16; ordinal: number; change?: undefined }

type Envelope = {
  op?: unknown
  before?: Record<string, unknown> | null
  after?: Record<string, unknown> | null
  source?: Record<string, unknown>
  transaction?: Transaction
  status?: unknown
}

type Transaction = { total_order?: unknown } | null | undefined

/** Stands for a value that did not change and was not in the log. */
const UNAVAILABLE = '__debezium_unavailable_value'
const UNAVAILABLE_BYTES = Buffer.from(UNAVAILABLE).toString('base64')
const OPERATIONS = ['c', 'u', 'd', 'r', 't']

/**
 * Reads a message of a source's raw topic: JSON with or without its schema.
 * @param message its text, in which no number has lost digits; null is a tombstone
 */
export function readDebezium(source: DebeziumSource, message: unknown): DebeziumMessage {
  if (message === null) return { kind: 'nothing' }
  const parsed = typeof message === 'string' ? parse(message) : message
  if (!isObject(parsed)) return { kind: 'foreign', reason: 'malformed_event' }
  const hasSchema = isObject(parsed.schema) && 'payload' in parsed
  if (hasSchema && parsed.payload === null) return { kind: 'nothing' }
  const envelope = (hasSchema ? parsed.payload : parsed) as Envelope
  const schema = hasSchema ? (parsed.schema as FieldSchema) : undefined
  if (!isObject(envelope)) return { kind: 'foreign', reason: 'malformed_event' }
  if (envelope.op === undefined) return readOther(envelope)
  return readChange(source, envelope, schema, message)
}

/** Heartbeats and the boundaries of transactions have no operation. */
function readOther(envelope: Envelope): DebeziumMessage {
  const isKnown = envelope.status !== undefined || 'ts_ms' in envelope
  return isKnown ? { kind: 'nothing' } : { kind: 'foreign', reason: 'malformed_event' }
}

function readChange(
  source: DebeziumSource,
  envelope: Envelope,
  schema: FieldSchema | undefined,
  message: unknown,
): DebeziumMessage {
  const origin = envelope.source
  if (!isObject(origin)) return { kind: 'foreign', reason: 'malformed_event' }
  const at = readTime(origin)
  const place = readPlace(origin, envelope)
  const isOfSnapshot =
    origin.snapshot !== undefined && !['false', false, null].includes(origin.snapshot as never)
  const table = source.tables.find(({ name }) => name === origin.table && source.namespace === origin.schema)
  if (!table || !OPERATIONS.includes(String(envelope.op)))
    return !isOfSnapshot && place && at ? { kind: 'mark', place, at } : { kind: 'nothing' }
  if (origin.snapshot === 'incremental') return { kind: 'foreign', reason: 'unsupported_snapshot' }
  if (!at || (!isOfSnapshot && !place)) return { kind: 'foreign', reason: 'malformed_event' }
  const exact =
    typeof message === 'string' && hasUnsafeNumber(envelope) ? withExactNumbers(message) : envelope
  const row = (field: 'before' | 'after') => readRow(source, exact[field], fieldOf(schema, field))
  const rows = { before: row('before'), after: row('after') }
  if (typeof origin.commit_lsn === 'string') mendSqlServerRows(table, rows)
  return {
    kind: 'change',
    table,
    op: envelope.op as Operation,
    ...rows,
    snapshot: isOfSnapshot ? snapshotPart(origin.snapshot) : undefined,
    place,
    changedAt: at.toISOString(),
  }
}

function snapshotPart(text: unknown): 'first' | 'last' | 'row' {
  return text === 'first' || text === 'last' ? text : 'row'
}

function readTime(origin: Record<string, unknown>): Date | undefined {
  const ms = Number(origin.ts_ms)
  return Number.isFinite(ms) ? new Date(ms) : undefined
}

/** The change's transaction by the log, and which change of it this is. */
function readPlace(origin: Record<string, unknown>, { op, transaction }: Envelope): Place | undefined {
  return typeof origin.commit_lsn === 'string'
    ? readSqlServerPlace(origin, String(op), readOrdinal(transaction))
    : readPostgresPlace(origin, transaction)
}

/**
 * The end of the transaction before it in the log, which all changes of one share and which a restart keeps (a change's own
 * LSN precedes its commit, and batched inserts share one), and the change's number in its transaction.
 */
function readPostgresPlace(origin: Record<string, unknown>, transaction: Transaction): Place | undefined {
  const ordinal = readOrdinal(transaction)
  if (ordinal === undefined) return undefined
  const sequence = typeof origin.sequence === 'string' ? parse(origin.sequence) : undefined
  const previous = Array.isArray(sequence) ? sequence[0] : undefined
  if (typeof previous === 'string' && !/^\d+$/.test(previous)) return undefined
  // The first transaction after a snapshot has none before it.
  return { commit: typeof previous === 'string' ? BigInt(previous) : 1n, commitDigits: 16, ordinal }
}

function readOrdinal(transaction: Transaction): number | undefined {
  const ordinal = Number(transaction?.total_order)
  return Number.isSafeInteger(ordinal) && ordinal >= 0 ? ordinal : undefined
}

function readRow(
  { debezium: { decimals } }: DebeziumSource,
  row: Record<string, unknown> | null | undefined,
  schema: FieldSchema | undefined,
): RawRow<DebeziumValue> | undefined {
  if (!isObject(row)) return undefined
  return new Map(
    Object.entries(row).map(([name, value]) => {
      if (value === null) return [name, null]
      if (value === UNAVAILABLE || value === UNAVAILABLE_BYTES) return [name, undefined]
      return [name, { value, schema: schema && fieldOf(schema, name), decimals }]
    }),
  )
}

function fieldOf(schema: FieldSchema | undefined, name: string): FieldSchema | undefined {
  return schema?.fields?.find(({ field }) => field === name)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasUnsafeNumber({ before, after }: Envelope): boolean {
  return [before, after].some(row =>
    Object.values(row ?? {}).some(value => typeof value === 'number' && !isExact(value)),
  )
}

/** A whole number beyond 2^53 has lost digits by having been read. */
function isExact(value: number): boolean {
  return Number.isSafeInteger(value) || !Number.isInteger(value)
}

const WHOLE = /^-?\d+$/

type ParseWithSource = (
  text: string,
  reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown

/** The message again, with whole numbers that a double cannot hold as the bigints that they are. */
function withExactNumbers(text: string): Envelope {
  const read = (JSON.parse as ParseWithSource)(text, (_, value, { source }) =>
    typeof value === 'number' && !isExact(value) && WHOLE.test(source ?? '')
      ? BigInt(source as string)
      : value,
  ) as Envelope & { payload?: Envelope }
  return read.payload ?? read
}
