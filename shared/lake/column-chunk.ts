import { constants, zstdCompressSync } from 'node:zlib'
import type { ColumnMetaData, Encoding, PageHeader, ParquetType, Statistics } from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js'
import { type Column, type Physical, parquetElement } from './columns.ts'
import type { ColumnStatistics } from './statistics.ts'

/** The values of one column, all of one kind, null (or, from a file, undefined) where there is none. */
export type ColumnValues = (Physical | null | undefined)[]

/** A column of a row group: its bytes, and what the footer says of them, with places counted from their first. */
export type ColumnChunk = { pieces: Uint8Array[]; size: number; meta: ColumnMetaData }

/** Level 1 is as quick as snappy in native code and leaves a third of its bytes; the Delta protocol's default codec. */
export const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** A smaller chunk, such as that of a constant column, is not worth a codec's own bytes. */
const LEAST_COMPRESSED_BYTES = 256

/**
 * Encodes a column of a row group: a dictionary where its values repeat, and one page, for a row group is small. The
 * values are stored as they are, each type by its own loop (docs/decisions/0015).
 * @throws RangeError where a value is not of its column's type: it would be stored as another
 */
export function encodeChunk(column: Column, values: ColumnValues, statistics: ColumnStatistics): ColumnChunk {
  const { type = 'BYTE_ARRAY' } = parquetElement(column)
  const present = withoutNulls(values)
  const nulls = values.length - present.length
  const bounds = statistics.add(present, nulls)
  if (type === 'INT64') requireLongs(column, bounds)
  if (column.required && nulls > 0) throw new RangeError(`column ${column.name} may not be null`)
  const dictionary = type === 'BOOLEAN' ? undefined : makeDictionary(present)
  const distinct = dictionary ? encodePlain(column, type, dictionary.values) : NO_BYTES
  const data = dictionary ? encodeIndexes(dictionary) : encodePlain(column, type, present)
  const encoding: Encoding = dictionary ? 'RLE_DICTIONARY' : 'PLAIN'
  const isCompressed = distinct.length + data.length >= LEAST_COMPRESSED_BYTES

  const levels = column.required ? NO_BYTES : definitionLevels(values, nulls)
  const dataPage = makePage(
    {
      type: 'DATA_PAGE_V2',
      data_page_header_v2: {
        num_values: values.length,
        num_nulls: nulls,
        num_rows: values.length,
        encoding,
        definition_levels_byte_length: levels.length,
        repetition_levels_byte_length: 0,
        is_compressed: isCompressed,
      },
    },
    data,
    isCompressed,
    levels,
  )
  const dictionaryPage =
    dictionary &&
    makePage(
      {
        type: 'DICTIONARY_PAGE',
        dictionary_page_header: { num_values: dictionary.values.length, encoding: 'PLAIN' },
      },
      distinct,
      isCompressed,
    )
  const pages = dictionaryPage ? [dictionaryPage, dataPage] : [dataPage]
  const size = pages.reduce((sum, page) => sum + page.size, 0)
  const meta: ColumnMetaData = {
    type,
    encodings: dictionary ? ['PLAIN', encoding] : [encoding],
    path_in_schema: [column.name],
    codec: isCompressed ? 'ZSTD' : 'UNCOMPRESSED',
    num_values: BigInt(values.length),
    total_uncompressed_size: BigInt(pages.reduce((sum, page) => sum + page.unpackedSize, 0)),
    total_compressed_size: BigInt(size),
    data_page_offset: BigInt(dictionaryPage?.size ?? 0),
    ...(dictionary && { dictionary_page_offset: 0n }),
    statistics: bounds,
    encoding_stats: [
      ...(dictionary ? [{ page_type: 'DICTIONARY_PAGE', encoding: 'PLAIN', count: 1 } as const] : []),
      { page_type: 'DATA_PAGE_V2', encoding, count: 1 },
    ],
  }
  return { pieces: pages.flatMap(page => page.pieces), size, meta }
}

const NO_BYTES: Uint8Array = new Uint8Array()

type Page = { pieces: Uint8Array[]; size: number; unpackedSize: number }

/** `levels` go before the data, as they are. */
function makePage(
  header: Omit<PageHeader, 'uncompressed_page_size' | 'compressed_page_size'>,
  data: Uint8Array,
  isCompressed: boolean,
  levels = NO_BYTES,
): Page {
  const packed = isCompressed ? zstdCompressSync(data, ZSTD) : data
  const writer = new ByteWriter(64)
  writePageHeader(writer, {
    ...header,
    uncompressed_page_size: levels.length + data.length,
    compressed_page_size: levels.length + packed.length,
  })
  const head = writer.getBytes()
  const before = head.length + levels.length
  return { pieces: [head, levels, packed], size: before + packed.length, unpackedSize: before + data.length }
}

/** By the greatest and the least alone: checking each long takes as long as storing it. */
function requireLongs({ name }: Column, { min_value, max_value }: Statistics): void {
  for (const bound of [min_value, max_value])
    if (typeof bound === 'bigint' && BigInt.asIntN(64, bound) !== bound)
      throw new RangeError(`column ${name}: ${bound} is not a 64-bit integer`)
}

function withoutNulls(values: ColumnValues): Physical[] {
  const hasNulls = values.includes(null) || values.includes(undefined)
  return (hasNulls ? values.filter(value => value !== null && value !== undefined) : values) as Physical[]
}

/** Of each row whether it has a value, as runs. */
function definitionLevels(values: ColumnValues, nulls: number): Uint8Array {
  const writer = new ByteWriter(16)
  if (nulls === 0) {
    writer.appendVarInt(values.length << 1)
    writer.appendUint8(1)
  } else
    writeRleBitPackedHybrid(
      writer,
      values.map(value => (value === null || value === undefined ? 0 : 1)),
      1,
    )
  return writer.getBytes()
}

type Dictionary = { values: Physical[]; indexes: Uint32Array }

const SAMPLE = 200
/** Values per distinct one from which a dictionary is worth its cost. */
const LEAST_REPEATED = 4

/** @returns undefined where the values do not repeat enough */
function makeDictionary(values: Physical[]): Dictionary | undefined {
  const most = Math.floor(values.length / LEAST_REPEATED)
  if (most === 0 || isVaried(values)) return undefined
  const places = new Map<Physical, number>()
  const distinct: Physical[] = []
  const indexes = new Uint32Array(values.length)
  let last: Physical | undefined
  let place = -1
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as Physical
    // Zero and minus zero are equal, but neither may replace the other.
    if (place < 0 || !Object.is(value, last)) {
      const name = nameOf(value)
      place = places.get(name) ?? -1
      if (place < 0) {
        if (distinct.length === most) return undefined
        place = distinct.push(value) - 1
        places.set(name, place)
      }
      last = value
    }
    indexes[at] = place
  }
  return { values: distinct, indexes }
}

/** Whether nine of ten in a sample are different. */
function isVaried(values: Physical[]): boolean {
  const step = Math.max(1, Math.floor(values.length / SAMPLE))
  const sample = new Set<Physical>()
  let looked = 0
  for (let at = 0; at < values.length; at += step) {
    sample.add(nameOf(values[at] as Physical))
    looked += 1
  }
  return sample.size > 0.9 * looked
}

/** A key that only equal values share: bytes by content, minus zero apart from zero. */
function nameOf(value: Physical): Physical {
  if (typeof value === 'object')
    return Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1')
  return Object.is(value, -0) ? '-0' : value
}

function encodeIndexes({ values, indexes }: Dictionary): Uint8Array {
  const bits = Math.ceil(Math.log2(values.length))
  const writer = new ByteWriter(1024 + Math.ceil((indexes.length * bits) / 8))
  writer.appendUint8(bits)
  writeRleBitPackedHybrid(writer, indexes, bits)
  return writer.getBytes()
}

/** Values one after the other as Parquet stores them, little-endian, as the machines that this runs on are. */
function encodePlain(column: Column, type: ParquetType, values: Physical[]): Uint8Array {
  switch (type) {
    case 'BOOLEAN':
      return encodeBooleans(column, values as boolean[])
    case 'INT32':
      return encodeInts(column, values as number[])
    case 'INT64':
      return encodeLongs(column, values as bigint[])
    case 'DOUBLE':
      return encodeDoubles(column, values as number[])
    case 'FIXED_LEN_BYTE_ARRAY':
      return encodeFixed(column, values as Uint8Array[])
    default:
      return encodeTexts(column, values as (string | Uint8Array)[])
  }
}

function encodeBooleans({ name }: Column, values: boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 8))
  for (const [at, value] of values.entries())
    if (value === true) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7))
    else if (value !== false) throw new RangeError(`column ${name}: ${value} is not a boolean`)
  return bytes
}

function encodeInts({ name }: Column, values: number[]): Uint8Array {
  const ints = new Int32Array(values.length)
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number
    ints[at] = value
    if (ints[at] !== value) throw new RangeError(`column ${name}: ${value} is not a 32-bit integer`)
  }
  return new Uint8Array(ints.buffer)
}

function encodeLongs({ name }: Column, values: bigint[]): Uint8Array {
  const longs = new BigInt64Array(values.length)
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as bigint
    if (typeof value !== 'bigint')
      throw new RangeError(`column ${name}: a ${typeof value} is not a 64-bit integer`)
    longs[at] = value
  }
  return new Uint8Array(longs.buffer)
}

function encodeDoubles({ name }: Column, values: number[]): Uint8Array {
  const doubles = new Float64Array(values.length)
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number
    if (typeof value !== 'number') throw new RangeError(`column ${name}: a ${typeof value} is not a double`)
    doubles[at] = value
  }
  return new Uint8Array(doubles.buffer)
}

/** Without separators: one that is longer or shorter would shift all that follow. */
function encodeFixed(column: Column, values: Uint8Array[]): Uint8Array {
  const { type_length: length = 0 } = parquetElement(column)
  const bytes = new Uint8Array(length * values.length)
  for (const [at, value] of values.entries()) {
    if (!(value instanceof Uint8Array) || value.length !== length)
      throw new RangeError(
        `column ${column.name}: ${value instanceof Uint8Array ? `${value.length} bytes are` : `a ${typeof value} is`} no value of ${length} bytes`,
      )
    bytes.set(value, at * length)
  }
  return bytes
}

/** Up to this length writing an ASCII text by its characters is faster than a call. */
const SHORT = 64

/** Texts, or bytes, each after its length. */
function encodeTexts({ name }: Column, values: (string | Uint8Array)[]): Uint8Array {
  let most = 0
  for (const value of values) {
    if (typeof value !== 'string' && !(value instanceof Uint8Array))
      throw new RangeError(`column ${name}: a ${typeof value} is neither text nor bytes`)
    most +=
      4 + (typeof value !== 'string' || value.length > SHORT ? Buffer.byteLength(value) : 3 * value.length)
  }
  const bytes = Buffer.allocUnsafe(most)
  let at = 0
  for (const value of values) {
    const start = at + 4
    let end = start
    if (typeof value === 'string') end += writeText(bytes, value, start)
    else {
      bytes.set(value, start)
      end += value.length
    }
    bytes.writeUInt32LE(end - start, at)
    at = end
  }
  return bytes.subarray(0, at)
}

function writeText(bytes: Buffer, text: string, start: number): number {
  if (text.length > SHORT) return bytes.write(text, start)
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit > 0x7f) return bytes.write(text, start)
    bytes[start + at] = unit
  }
  return text.length
}
