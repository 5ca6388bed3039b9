import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { type AsyncBuffer, parquetMetadataAsync, parquetRead, type SchemaElement } from 'hyparquet'
import { compressors as decompressors } from 'hyparquet-compressors'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { ObjectStore } from '../objects/index.ts'
import { type Column, makeEncode, type Physical, parquetElement, type Value } from './columns.ts'
import { ColumnStatistics, statisticsJson } from './statistics.ts'

/** The values of one column, null (or, from a file, undefined) where there is none. */
export type ColumnValues = (Physical | null | undefined)[]

/** Level 1 is as quick as snappy in native code and leaves a third of its bytes; the Delta protocol's default codec. */
const zstd = (bytes: Uint8Array) =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })

export const CODEC = { codec: 'ZSTD', compressors: { ZSTD: zstd } } as const
export const DECOMPRESSORS = { ...decompressors, ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes) }

/**
 * Rows on their way into a data file, in columns, as Parquet wants them: `declared` ones from the row's values, checked
 * against their types, and `own` ones given as Parquet stores them.
 */
export class RowBuffer {
  readonly columns: Column[]
  readonly values: ColumnValues[]
  readonly #declared: { column: Column; encode: ReturnType<typeof makeEncode> }[]

  constructor(declared: Column[], own: Column[] = []) {
    this.columns = [...declared, ...own]
    this.values = this.columns.map(() => [])
    this.#declared = declared.map(column => ({ column, encode: makeEncode(column.type) }))
  }

  get rows(): number {
    return this.values[0]?.length ?? 0
  }

  /** @returns the column whose type its value does not have; nothing of the row has been added then */
  add(row: Record<string, Value | undefined>, own: readonly Physical[] = []): Column | undefined {
    const { values } = this
    let at = 0
    for (const { column, encode } of this.#declared) {
      const value = row[column.name]
      const physical = value === null || value === undefined ? null : encode(value)
      if (physical === undefined) {
        for (let added = 0; added < at; added++) values[added]?.pop()
        return column
      }
      values[at]?.push(physical)
      at += 1
    }
    for (const value of own) {
      values[at]?.push(value)
      at += 1
    }
    return undefined
  }
}

/** Writes one Parquet file, a row group at a time, so that memory follows the group and not the file. */
export class ParquetFile {
  readonly #columns: Column[]
  readonly #bytes = new ByteWriter(64 * 1024)
  readonly #writer: ParquetWriter
  readonly #statistics: ColumnStatistics[]
  #rows = 0

  constructor(columns: Column[]) {
    this.#columns = columns
    this.#statistics = columns.map(column => new ColumnStatistics(column.type))
    // Values come as they are stored: with bare types the writer has nothing to convert, row by row.
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: schemaOf(columns, bareElement),
      ...CODEC,
    })
  }

  /** @returns the bytes to append to the file */
  writeRowGroup(values: ColumnValues[]): Uint8Array {
    const rows = values[0]?.length ?? 0
    const columnData = this.#columns.map(({ name, type }, i) => ({
      name,
      ...encodingOf(values[i] ?? []),
      // Bytes compare unsigned, decimals signed: theirs are filled in below.
      statistics: type.kind !== 'decimal' || type.precision <= 18,
    }))
    // A writer to memory is synchronous.
    void this.#writer.write({ columnData, rowGroupSize: rows })
    const chunks = this.#writer.row_groups.at(-1)?.columns ?? []
    for (const [i, statistics] of this.#statistics.entries()) {
      const meta = chunks[i]?.meta_data
      if (meta) meta.statistics = statistics.add(meta.statistics, values[i] ?? [])
    }
    this.#rows += rows
    return this.#take()
  }

  /** @returns the file's last bytes, and its statistics as a Delta `add` action carries them */
  finish(): { bytes: Uint8Array; statistics: string } {
    this.#writer.schema = schemaOf(this.#columns, parquetElement)
    void this.#writer.finish()
    return { bytes: this.#take(), statistics: statisticsJson(this.#rows, this.#columns, this.#statistics) }
  }

  #take(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice()
    this.#bytes.index = 0
    return bytes
  }
}

const SAMPLE = 100

/**
 * Texts that are nearly all different gain nothing from a dictionary: they go as bytes, encoded here because the
 * Parquet writer takes three times as long. What repeats is left to its dictionary.
 */
function encodingOf(values: ColumnValues): { data: ColumnValues; encoding?: 'PLAIN' } {
  const step = Math.max(1, Math.floor(values.length / SAMPLE))
  const sample = new Set<string>()
  let texts = 0
  for (let at = 0; at < values.length; at += step) {
    const value = values[at]
    if (typeof value !== 'string') continue
    sample.add(value)
    texts += 1
  }
  if (texts === 0 || sample.size < 0.9 * texts) return { data: values }
  return {
    data: values.map(value => (typeof value === 'string' ? Buffer.from(value) : value)),
    encoding: 'PLAIN',
  }
}

function schemaOf(columns: Column[], element: (column: Column) => SchemaElement): SchemaElement[] {
  return [{ name: 'schema', num_children: columns.length }, ...columns.map(element)]
}

function bareElement(column: Column): SchemaElement {
  return bare(parquetElement(column))
}

function bare({ converted_type: _, logical_type: __, ...element }: SchemaElement): SchemaElement {
  return element
}

export interface RowGroupValues {
  rows: number
  /** As they lie in memory, before encoding: about what Parquet calls uncompressed. */
  bytes: number
  values: ColumnValues[]
}

/** The row groups of a file, values as they are stored; a column that the file does not have is null throughout. */
export async function* readRowGroups(
  objects: ObjectStore,
  file: { key: string; size: number },
  columns: Column[],
): AsyncGenerator<RowGroupValues> {
  const source: AsyncBuffer = {
    byteLength: file.size,
    slice: async (start, end = file.size) => {
      const { buffer, byteOffset, byteLength } = await objects.getRange(file.key, start, end)
      return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
    },
  }
  const metadata = await parquetMetadataAsync(source)
  const names = new Set(metadata.schema.slice(1).map(element => element.name))
  const present = columns.filter(column => names.has(column.name)).map(column => column.name)
  // Without logical types the reader hands out what is stored: it would take decimals through a double.
  const stored = { ...metadata, schema: metadata.schema.map(bare) }
  let rowStart = 0
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows)
    const byName = new Map<string, ColumnValues>()
    await parquetRead({
      file: source,
      metadata: stored,
      columns: present,
      rowStart,
      rowEnd: rowStart + rows,
      utf8: false,
      compressors: DECOMPRESSORS,
      onChunk: ({ columnName, columnData }) => {
        const values = byName.get(columnName)
        if (values) for (const value of columnData) values.push(value)
        else byName.set(columnName, Array.from(columnData))
      },
    })
    const values = columns.map(({ name }) => byName.get(name) ?? new Array<null>(rows).fill(null))
    yield { rows, bytes: Number(group.total_byte_size), values }
    rowStart += rows
  }
}
