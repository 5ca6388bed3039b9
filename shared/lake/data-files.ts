import { randomUUID } from 'node:crypto'
import type { Action, AddFile } from './actions.ts'
import type { ColumnValues } from './column-chunk.ts'
import type { Column } from './columns.ts'
import { ParquetFile, type RowBuffer } from './parquet.ts'
import type { Table } from './table.ts'

/** Partition columns of every table: the commit time's year and month in UTC. */
export type Month = { year: string; month: string }

/** Writes a data file and returns the actions that a commit needs for it. Until then no table has it: see `deleteFiles`. */
export async function writeRows(table: Table, month: Month, rows: RowBuffer): Promise<AddFile> {
  const file = new ParquetFile(rows.columns)
  const body = file.writeRowGroup(rows.values)
  const { bytes, statistics } = file.finish()
  return writeFile(table, month, true, Buffer.concat([body, bytes]), () => statistics)
}

/** `statistics` is asked once the body has been read to its end. */
export async function writeFile(
  table: Table,
  month: Month,
  dataChange: boolean,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  statistics: () => string,
): Promise<AddFile> {
  const path = `year=${month.year}/month=${month.month}/${randomUUID()}.parquet`
  let size = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body instanceof Uint8Array ? [body] : body) {
      size += chunk.length
      yield chunk
    }
  }
  await table.objects.put(table.key(path), counted())
  const partitionValues = { year: month.year, month: month.month }
  return { path, partitionValues, size, modificationTime: Date.now(), dataChange, stats: statistics() }
}

/** Writes a data file from row groups as they come, so that memory follows the group and not the file. */
export function writeGroups(
  table: Table,
  month: Month,
  dataChange: boolean,
  columns: Column[],
  groups: AsyncIterable<ColumnValues[]>,
): Promise<AddFile> {
  const parquet = new ParquetFile(columns)
  let statistics = ''
  async function* body(): AsyncGenerator<Uint8Array> {
    for await (const group of groups) yield parquet.writeRowGroup(group)
    const end = parquet.finish()
    statistics = end.statistics
    yield end.bytes
  }
  return writeFile(table, month, dataChange, body(), () => statistics)
}

/** What a commit says of files that leave the table. */
export function removeActions(files: AddFile[], dataChange: boolean): Action[] {
  const deletionTimestamp = Date.now()
  return files.map(({ path, partitionValues, size }) => ({
    remove: { path, deletionTimestamp, dataChange, extendedFileMetadata: true, partitionValues, size },
  }))
}

/** Deletes files that no commit refers to. */
export async function deleteFiles(table: Table, files: AddFile[]): Promise<void> {
  await Promise.all(files.map(({ path }) => table.objects.delete(dataKey(table, path))))
}

/** The object that an action's path names. */
export function dataKey(table: Table, path: string): string {
  return table.key(decodeURIComponent(path))
}
