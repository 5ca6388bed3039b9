import { zstdDecompressSync } from 'node:zlib'
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  type RowGroup,
  type SchemaElement,
} from 'hyparquet'
import { compressors as decompressors } from 'hyparquet-compressors'
import { ByteWriter } from 'hyparquet-writer'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'
import type { Value } from '../config/index.ts'
import type { ObjectStore } from '../objects/index.ts'
import { type ColumnChunk, type ColumnValues, encodeChunk } from './column-chunk.ts'
import { type Column, makeEncode, type Physical, parquetElement } from './columns.ts'
import { ColumnStatistics, statisticsJson } from './statistics.ts'

export const DECOMPRESSORS = { ...decompressors, ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes) }

/**
 * Rows on their way into a data file, in columns, as Parquet wants them: `declared` ones from the row's values, checked
 * against their types, and `own` ones given as Parquet stores them.
 */
export class RowBuffer {
  readonly columns: Column[]
  readonly values: ColumnValues[]
  /** `isInherited`: every object has a property of that name, even a row that lacks the column. */
  readonly #declared: { column: Column; encode: ReturnType<typeof makeEncode>; isInherited: boolean }[]

  constructor(declared: Column[], own: Column[] = []) {
    this.columns = [...declared, ...own]
    this.values = this.columns.map(() => [])
    this.#declared = declared.map(column => ({
      column,
      encode: makeEncode(column.type),
      isInherited: column.name in Object.prototype,
    }))
  }

  get rows(): number {
    return this.values[0]?.length ?? 0
  }

  /** @returns the column whose value has the wrong type; the row is then not added */
  add(row: Record<string, Value | undefined>, own: readonly Physical[] = []): Column | undefined {
    const { values } = this
    let at = 0
    for (const { column, encode, isInherited } of this.#declared) {
      const value = isInherited && !Object.hasOwn(row, column.name) ? null : row[column.name]
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
  readonly #statistics: ColumnStatistics[]
  readonly #rowGroups: RowGroup[] = []
  #size = 0

  constructor(columns: Column[]) {
    this.#columns = columns
    this.#statistics = columns.map(column => new ColumnStatistics(column.type))
  }

  /** @returns the bytes to append to the file */
  writeRowGroup(values: ColumnValues[]): Uint8Array {
    const chunks = this.#columns.map((column, i) =>
      encodeChunk(column, values[i] ?? [], this.#statistics[i] as ColumnStatistics),
    )
    const [rows = 0, ...others] = new Set(chunks.map(({ meta }) => Number(meta.num_values)))
    if (others.length > 0)
      throw new RangeError('all columns of a row group must have the same number of values')
    const pieces: Uint8Array[] = this.#size === 0 ? [MAGIC] : []
    let size = this.#size + (pieces[0]?.length ?? 0)
    const start = size
    const columns = chunks.map(chunk => {
      const place = placeAt(chunk, BigInt(size))
      pieces.push(...chunk.pieces)
      size += chunk.size
      return place
    })
    this.#rowGroups.push({
      columns,
      num_rows: BigInt(rows),
      total_byte_size: chunks.reduce((sum, { meta }) => sum + meta.total_uncompressed_size, 0n),
      total_compressed_size: BigInt(size - start),
    })
    this.#size = size
    return Buffer.concat(pieces)
  }

  /** @returns the file's last bytes, and its statistics as a Delta `add` action carries them */
  finish(): { bytes: Uint8Array; statistics: string } {
    const rows = this.#rowGroups.reduce((sum, { num_rows }) => sum + num_rows, 0n)
    const footer = new ByteWriter(4096)
    if (this.#size === 0) footer.appendBytes(MAGIC)
    writeMetadata(footer, {
      version: 2,
      created_by: 'cordage version 0.1.0',
      schema: schemaOf(this.#columns),
      num_rows: rows,
      row_groups: this.#rowGroups,
    } as FileMetaData)
    footer.appendBytes(MAGIC)
    return {
      bytes: footer.getBytes(),
      statistics: statisticsJson(Number(rows), this.#columns, this.#statistics),
    }
  }
}

const MAGIC = Buffer.from('PAR1')

/** The footer's entry for a chunk that begins at an offset in the file. */
function placeAt({ meta }: ColumnChunk, start: bigint): RowGroup['columns'][number] {
  const { dictionary_page_offset: dictionary, data_page_offset: data } = meta
  return {
    file_offset: start,
    meta_data: {
      ...meta,
      data_page_offset: start + data,
      ...(dictionary !== undefined && { dictionary_page_offset: start + dictionary }),
    },
  }
}

function schemaOf(columns: Column[]): SchemaElement[] {
  return [{ name: 'schema', num_children: columns.length }, ...columns.map(parquetElement)]
}

function bare({ converted_type: _, logical_type: __, ...element }: SchemaElement): SchemaElement {
  return element
}

export interface RowGroupValues {
  rows: number
  /** As in memory, before encoding: about what Parquet calls uncompressed. */
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
