import type { ByteReader } from './bytes.ts'
import { decodeCodePage } from './code-page.ts'
import { writeUnits } from './decimals.ts'
import { ProtocolError } from './errors.ts'
import { readDate, readDateTime, readScaled, readSmallDateTime } from './read-times.ts'
import type { Value } from './types.ts'
import { readGuid } from './wire-texts.ts'

const COLLATION_BYTES = 5
const NULL_LENGTH = 0xffff
const MAX_LENGTH = 0xffff
const NULL_PLP = 0xffff_ffff_ffff_ffffn
const NULL_LONG = 0xffff_ffff

/** Reads a TYPE_INFO and the value behind it, of any type that a client may send; `undefined` is never returned. */
export function readParameter(reader: ByteReader): Value {
  const token = reader.u8()
  const read = READERS[token]
  if (read === undefined) throw new ProtocolError(`a parameter of type 0x${token.toString(16)}`)
  return read(reader)
}

type Read = (reader: ByteReader) => Value

const READERS: { [token: number]: Read } = {
  31: () => null,
  // Types of fixed size.
  48: reader => reader.u8(),
  50: reader => reader.u8() !== 0,
  52: reader => readInteger(reader.slice(2)),
  56: reader => readInteger(reader.slice(4)),
  127: reader => readInteger(reader.slice(8)),
  58: reader => readSmallDateTime(reader.slice(4)),
  61: reader => readDateTime(reader.slice(8)),
  59: reader => reader.slice(4).readFloatLE(),
  62: reader => reader.slice(8).readDoubleLE(),
  60: reader => readMoney(reader.slice(8)),
  122: reader => readMoney(reader.slice(4)),
  // Their nullable forms, and others with a length in one byte.
  36: ofLength(readGuid),
  38: ofLength(readInteger),
  104: ofLength(bytes => bytes[0] !== 0),
  109: ofLength(bytes => (bytes.length === 4 ? bytes.readFloatLE() : bytes.readDoubleLE())),
  110: ofLength(readMoney),
  111: ofLength(bytes => (bytes.length === 4 ? readSmallDateTime(bytes) : readDateTime(bytes))),
  106: readDecimal,
  108: readDecimal,
  40: reader => readShort(reader, readDate),
  41: reader => readScaled('time', reader),
  42: reader => readScaled('datetime2', reader),
  43: reader => readScaled('datetimeoffset', reader),
  // Texts and bytes.
  231: reader => readSized(reader, true, readUtf16),
  239: reader => readSized(reader, true, readUtf16),
  167: reader => readSized(reader, true, decodeCodePage),
  175: reader => readSized(reader, true, decodeCodePage),
  165: reader => readSized(reader, false, copy),
  173: reader => readSized(reader, false, copy),
  241: readXml,
  99: reader => readLong(reader, true, readUtf16),
  35: reader => readLong(reader, true, decodeCodePage),
  34: reader => readLong(reader, false, copy),
}

const readUtf16 = (bytes: Buffer) => bytes.toString('utf16le')
/** A message's bytes are let go once it has been read. */
const copy = (bytes: Buffer) => Buffer.from(bytes)

/** A size that the double has no use for, and a length in one byte: none is null. */
function ofLength(read: (bytes: Buffer) => Value): Read {
  return reader => {
    reader.u8()
    return readShort(reader, read)
  }
}

function readShort(reader: ByteReader, read: (bytes: Buffer) => Value): Value {
  const length = reader.u8()
  return length === 0 ? null : read(reader.slice(length))
}

/** tinyint has no sign. A bigint stays one. */
function readInteger(bytes: Buffer): Value {
  switch (bytes.length) {
    case 1:
      return bytes.readUInt8()
    case 2:
      return bytes.readInt16LE()
    case 4:
      return bytes.readInt32LE()
    case 8:
      return bytes.readBigInt64LE()
    default:
      throw new ProtocolError(`a whole number of ${bytes.length} bytes`)
  }
}

function readMoney(bytes: Buffer): Value {
  if (bytes.length === 4) return writeUnits(BigInt(bytes.readInt32LE()), 4)
  return writeUnits((BigInt(bytes.readInt32LE(0)) << 32n) | BigInt(bytes.readUInt32LE(4)), 4)
}

function readDecimal(reader: ByteReader): Value {
  reader.skip(2)
  const scale = reader.u8()
  return readShort(reader, bytes => {
    let units = 0n
    for (let i = bytes.length - 1; i > 0; i--) units = (units << 8n) | BigInt(bytes[i] as number)
    return writeUnits(bytes[0] === 0 ? -units : units, scale)
  })
}

function readSized(reader: ByteReader, collated: boolean, read: (bytes: Buffer) => Value): Value {
  const isMax = reader.u16() === MAX_LENGTH
  if (collated) reader.skip(COLLATION_BYTES)
  if (isMax) return readPlp(reader, read)
  const length = reader.u16()
  return length === NULL_LENGTH ? null : read(reader.slice(length))
}

/** In pieces, until an empty one. Their total is told before, and may be unknown. */
function readPlp(reader: ByteReader, read: (bytes: Buffer) => Value): Value {
  if (reader.u64() === NULL_PLP) return null
  const pieces: Buffer[] = []
  for (let length = reader.u32(); length > 0; length = reader.u32()) pieces.push(reader.slice(length))
  return read(Buffer.concat(pieces))
}

const BYTE_ORDER_MARK = '\ufeff'

function readXml(reader: ByteReader): Value {
  if (reader.u8() === 1) {
    reader.text(reader.u8())
    reader.text(reader.u8())
    reader.text(reader.u16())
  }
  return readPlp(reader, bytes => {
    const text = readUtf16(bytes)
    return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
  })
}

/** As a parameter, text and its like have no pointer. */
function readLong(reader: ByteReader, collated: boolean, read: (bytes: Buffer) => Value): Value {
  reader.u32()
  if (collated) reader.skip(COLLATION_BYTES)
  const length = reader.u32()
  return length === NULL_LONG ? null : read(reader.slice(length))
}
