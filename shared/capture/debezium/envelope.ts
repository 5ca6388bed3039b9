import type { CommitDigits } from '../../bus/index.ts'
import type { ColumnType, SourceTable, Value } from '../../config/index.ts'
import type { Operation } from '../../events/index.ts'
import type { RawRow } from '../admission.ts'
import {
  NoPlaceError,
  readBigint,
  readDecimal,
  readDouble,
  readInt,
  requireYear,
  toDouble,
  ValueError,
} from '../values.ts'
import type { DebeziumSource } from './kind.ts'

/** A column's value as Debezium writes it, and its schema, where there is one. */
export type DebeziumValue = { value: unknown; schema: FieldSchema | undefined; decimals: 'string' | 'base64' }

type FieldSchema = { field?: string; name?: string; fields?: FieldSchema[]; parameters?: { scale?: string } }

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
export type Place = { commit: bigint; commitDigits: CommitDigits; ordinal: number }

type Envelope = {
  op?: unknown
  before?: Record<string, unknown> | null
  after?: Record<string, unknown> | null
  source?: Record<string, unknown>
  transaction?: { total_order?: unknown } | null
  status?: unknown
}

const SQL_SERVER_LSN = /^[0-9a-f]{8}:[0-9a-f]{8}:[0-9a-f]{4}$/i
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
  const place = readPlace(origin, envelope.transaction)
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
  return {
    kind: 'change',
    table,
    op: envelope.op as Operation,
    before: row('before'),
    after: row('after'),
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

/**
 * Postgres: the end of the transaction before it in the log, which all changes of one share and which a restart keeps (a
 * change's own LSN precedes its commit, and batched inserts share one). SQL Server: the commit's LSN. Both
 * with the change's number in its transaction.
 */
function readPlace(origin: Record<string, unknown>, transaction: Envelope['transaction']): Place | undefined {
  const ordinal = Number(transaction?.total_order)
  if (!Number.isSafeInteger(ordinal) || ordinal < 0) return undefined
  if (typeof origin.commit_lsn === 'string') {
    // Three numbers of a width each: 0001f0af:00001b98:0005.
    if (!SQL_SERVER_LSN.test(origin.commit_lsn)) return undefined
    return { commit: BigInt(`0x${origin.commit_lsn.replaceAll(':', '')}`), commitDigits: 20, ordinal }
  }
  const sequence = typeof origin.sequence === 'string' ? parse(origin.sequence) : undefined
  const previous = Array.isArray(sequence) ? sequence[0] : undefined
  if (typeof previous === 'string' && !/^\d+$/.test(previous)) return undefined
  // The first transaction after a snapshot has none before it.
  return { commit: typeof previous === 'string' ? BigInt(previous) : 1n, commitDigits: 16, ordinal }
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

const DAY_MS = 86_400_000
const WHOLE = /^-?\d+$/
const INTEGER = /^-?\d{1,19}$/
const ISO_DATE = /^([+-]?\d{4,})(-\d{2}-\d{2})Z?$/

/**
 * A value in its declared type. Without a schema, times are microseconds (`time.precision.mode=microseconds`), dates are
 * days since 1970, and decimals are what the source file says.
 * @throws ValueError where the value is not of that type; NoPlaceError where it does not fit it
 */
export function readDebeziumValue(
  { value, schema, decimals }: DebeziumValue,
  type: ColumnType,
): NonNullable<Value> {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
  switch (type.kind) {
    case 'string':
      if (typeof value === 'string') return value
      break
    case 'int':
      if (typeof text === 'string') return readInt(text)
      break
    case 'bigint':
      if (typeof text === 'string') return readBigint(text)
      break
    case 'decimal':
      return readDebeziumDecimal(text, schema, decimals, type.scale, typeof value !== 'string')
    case 'double':
      if (typeof value === 'number' || typeof value === 'bigint') return toDouble(Number(value))
      if (typeof value === 'string') return readDouble(value)
      break
    case 'boolean':
      if (typeof value === 'boolean') return value
      break
    case 'date':
      if (Number.isInteger(value)) return isoOf(Number(value) * DAY_MS).slice(0, 10)
      if (typeof value === 'string') {
        const [, year, day] = ISO_DATE.exec(value) ?? []
        if (year && day) return `${requireYear(year)}${day}`
      }
      break
    case 'timestamp':
    case 'timestampNtz':
      return readInstant(text, schema) + (type.kind === 'timestamp' ? 'Z' : '')
    case 'binary':
      if (typeof value === 'string') return value
      break
  }
  throw new ValueError(`is not a ${type.kind}`)
}

function readDebeziumDecimal(
  value: unknown,
  schema: FieldSchema | undefined,
  decimals: 'string' | 'base64',
  declaredScale: number,
  isNumber: boolean,
): string {
  // Of a column without a scale of its own each value brings one.
  if (isObject(value)) return fromBytes(String(value.value), Number(value.scale))
  if (typeof value !== 'string') throw new ValueError('is not a decimal')
  const isBytes = schema ? schema.name === 'org.apache.kafka.connect.data.Decimal' : decimals === 'base64'
  return isBytes && !isNumber
    ? fromBytes(value, Number(schema?.parameters?.scale ?? declaredScale))
    : readDecimal(value)
}

/** Base64 of a two's complement number, the most significant byte first. */
function fromBytes(base64: string, scale: number): string {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length === 0 || !Number.isInteger(scale)) throw new ValueError('is not a decimal')
  const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`))
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(Math.max(scale, 0) + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  if (scale <= 0) return `${sign}${digits}${'0'.repeat(-scale)}`
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** Units a second, by the schema's name; the printed configuration asks for microseconds. */
const UNITS: Record<string, bigint> = {
  'io.debezium.time.Timestamp': 1000n,
  'org.apache.kafka.connect.data.Timestamp': 1000n,
  'io.debezium.time.MicroTimestamp': 1_000_000n,
  'io.debezium.time.NanoTimestamp': 1_000_000_000n,
}
const MICROSECONDS = 1_000_000n
const ISO = /^([+-]?\d{4,})(-\d{2}-\d{2})T(\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?$/

/** A time without its zone letter, to the microsecond. */
function readInstant(text: unknown, schema: FieldSchema | undefined): string {
  if (typeof text !== 'string') throw new ValueError('is not a time')
  if (INTEGER.test(text)) {
    const micros = (BigInt(text) * MICROSECONDS) / (UNITS[schema?.name ?? ''] ?? MICROSECONDS)
    const within = ((micros % MICROSECONDS) + MICROSECONDS) % MICROSECONDS
    const second = isoOf(Number((micros - within) / 1000n)).slice(0, 19)
    return `${second}.${within.toString().padStart(6, '0')}`
  }
  const [, year, date, minute, seconds = '00', fraction = '', zone = 'Z'] = ISO.exec(text) ?? []
  if (!year) throw new ValueError('is not a time')
  const day = `${requireYear(year)}${date}`
  const offset =
    zone === 'Z'
      ? `${day}T${minute}:${seconds}`
      : isoOf(Date.parse(`${day}T${minute}:${seconds}${zone}`)).slice(0, 19)
  return `${offset}.${fraction.padEnd(6, '0').slice(0, 6)}`
}

function isoOf(ms: number): string {
  if (Number.isNaN(ms)) throw new ValueError('is not a time')
  const date = new Date(ms)
  // Infinity too comes as a number, of a year far away.
  if (!(date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999))
    throw new NoPlaceError('year_out_of_range')
  return date.toISOString()
}
