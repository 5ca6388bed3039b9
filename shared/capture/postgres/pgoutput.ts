/**
 * Decoder of Postgres' logical replication messages, protocol version 1, text format
 * (https://www.postgresql.org/docs/18/protocol-logicalrep-message-formats.html). Values stay the text that the server
 * sent: nothing passes through a double or a Date.
 */

export type Relation = { id: number; schema: string; table: string; columns: string[] }

/** A tuple's values by column name; undefined where the server left out an unchanged TOASTed value. */
export type Tuple = Map<string, string | null | undefined>

export type PgMessage =
  | { kind: 'begin'; commitLsn: bigint; committedAt: string; xid: number }
  | { kind: 'commit'; endLsn: bigint }
  | { kind: 'insert'; relation: Relation; after: Tuple }
  | { kind: 'update'; relation: Relation; before: Tuple | undefined; after: Tuple }
  | { kind: 'delete'; relation: Relation; before: Tuple }
  | { kind: 'truncate'; relations: Relation[] }
  | { kind: 'other' }

const POSTGRES_EPOCH_MICROS = 946_684_800_000_000n

/** Microseconds since 2000 as ISO 8601 in UTC, to the microsecond. */
function toIso(micros: bigint): string {
  const unix = micros + POSTGRES_EPOCH_MICROS
  const fraction = ((unix % 1_000_000n) + 1_000_000n) % 1_000_000n
  const second = new Date(Number((unix - fraction) / 1000n)).toISOString().slice(0, 19)
  return `${second}.${fraction.toString().padStart(6, '0')}Z`
}

class Reader {
  readonly #buffer: Buffer
  #at = 0
  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }
  char(): string {
    return String.fromCharCode(this.byte())
  }
  byte(): number {
    return this.#buffer.readUInt8(this.#at++)
  }
  int16(): number {
    this.#at += 2
    return this.#buffer.readInt16BE(this.#at - 2)
  }
  int32(): number {
    this.#at += 4
    return this.#buffer.readInt32BE(this.#at - 4)
  }
  uint32(): number {
    this.#at += 4
    return this.#buffer.readUInt32BE(this.#at - 4)
  }
  int64(): bigint {
    this.#at += 8
    return this.#buffer.readBigInt64BE(this.#at - 8)
  }
  uint64(): bigint {
    this.#at += 8
    return this.#buffer.readBigUInt64BE(this.#at - 8)
  }
  cString(): string {
    const end = this.#buffer.indexOf(0, this.#at)
    if (end === -1) throw new RangeError('an unterminated string')
    const text = this.#buffer.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }
  text(length: number): string {
    const end = this.#at + length
    if (length < 0 || end > this.#buffer.length)
      throw new RangeError(`a value of ${length} bytes does not fit`)
    const text = this.#buffer.toString('utf8', this.#at, end)
    this.#at = end
    return text
  }
}

/** Makes a decoder; it remembers the relations that the server has described. */
export function makePgoutputDecoder(): (message: Buffer) => PgMessage {
  const relations = new Map<number, Relation>()

  const relationOf = (id: number): Relation => {
    const relation = relations.get(id)
    if (!relation) throw new Error(`a change of relation ${id}, which was not described`)
    return relation
  }

  const readRelation = (reader: Reader): void => {
    const id = reader.uint32()
    const schema = reader.cString() || 'pg_catalog'
    const table = reader.cString()
    reader.char()
    const columns = Array.from({ length: reader.int16() }, () => {
      reader.byte()
      const name = reader.cString()
      reader.uint32()
      reader.int32()
      return name
    })
    relations.set(id, { id, schema, table, columns })
  }

  /** Of a row before its change, mark "K" says that only its key was sent: every other column's null means nothing. */
  const readTuple = (reader: Reader, relation: Relation, mark: string): Tuple => {
    const tuple: Tuple = new Map()
    const count = reader.int16()
    for (let i = 0; i < count; i++) {
      const name = relation.columns[i] ?? `column ${i}`
      const kind = reader.char()
      if (kind === 'n' && mark === 'K') continue
      if (kind === 'n') tuple.set(name, null)
      else if (kind === 'u') tuple.set(name, undefined)
      else if (kind === 't') tuple.set(name, reader.text(reader.int32()))
      else throw new Error(`a value of unknown kind "${kind}"`)
    }
    return tuple
  }

  const readUpdate = (reader: Reader): PgMessage => {
    const relation = relationOf(reader.uint32())
    let kind = reader.char()
    let before: Tuple | undefined
    if (kind === 'O' || kind === 'K') {
      before = readTuple(reader, relation, kind)
      kind = reader.char()
    }
    if (kind !== 'N') throw new Error(`an update with "${kind}" instead of its new row`)
    return { kind: 'update', relation, before, after: readTuple(reader, relation, kind) }
  }

  return message => {
    const reader = new Reader(message)
    const kind = reader.char()
    switch (kind) {
      case 'B':
        return {
          kind: 'begin',
          commitLsn: reader.uint64(),
          committedAt: toIso(reader.int64()),
          xid: reader.uint32(),
        }
      case 'C':
        reader.byte()
        reader.uint64()
        return { kind: 'commit', endLsn: reader.uint64() }
      case 'R':
        readRelation(reader)
        return { kind: 'other' }
      case 'I': {
        const relation = relationOf(reader.uint32())
        return { kind: 'insert', relation, after: readTuple(reader, relation, reader.char()) }
      }
      case 'U':
        return readUpdate(reader)
      case 'D': {
        const relation = relationOf(reader.uint32())
        return { kind: 'delete', relation, before: readTuple(reader, relation, reader.char()) }
      }
      case 'T': {
        const count = reader.int32()
        reader.byte()
        return {
          kind: 'truncate',
          relations: Array.from({ length: count }, () => relationOf(reader.uint32())),
        }
      }
      default:
        return { kind: 'other' }
    }
  }
}
