import { createHash } from 'node:crypto'
import { ObjectNotFoundError } from '../objects/index.ts'
import type { AddFile } from './actions.ts'
import type { ColumnValues } from './column-chunk.ts'
import type { Column } from './columns.ts'
import { dataKey, deleteFiles, type Month, removeActions, writeGroups } from './data-files.ts'
import { readRowGroups } from './parquet.ts'
import { changeColumns, compareSchema, schemaVersionOf } from './schema-change.ts'
import { formatSchema } from './snapshot.ts'
import type { Table } from './table.ts'
import { makeWiden } from './widening.ts'

/** Notes on files that are rewritten and wait for their commit; a folder that readers of Delta pass over. */
const NOTES = '_widening/'

/**
 * Gives columns their wider declared types: every file is rewritten, and all of them replace the old
 * ones in one commit. Rows keep their values, and the table its marks; older versions keep their types
 * (docs/decisions/0012-wider-columns-by-rewriting.md).
 *
 * Each rewritten file is noted, so that a later or concurrent run reuses it: a table of any size
 * gets there in runs of limited time.
 * @returns files rewritten; 0 where no column is wider
 * @throws the signal's reason, between two files
 */
export async function widenTable(table: Table, declared: Column[], signal?: AbortSignal): Promise<number> {
  const written = new Map<string, AddFile>()
  for (;;) {
    const { snapshot } = table
    const { wider, incompatible } = compareSchema(snapshot, declared)
    if (!snapshot.metadata || wider.length === 0 || incompatible.length > 0) {
      // Another was first, perhaps with files of ours.
      await deleteFiles(
        table,
        [...written.values()].filter(({ path }) => !snapshot.files.has(path)),
      )
      return 0
    }
    const types = new Map(wider.map(({ name, type }) => [name, type]))
    const columns = snapshot.columns.map(column => ({
      ...column,
      type: types.get(column.name) ?? column.type,
    }))
    const notes = `${NOTES}${digest(formatSchema(columns))}/`
    const old = [...snapshot.files.values()]
    const adds: AddFile[] = []
    for (const file of old) {
      signal?.throwIfAborted()
      let add = written.get(file.path)
      if (!add) {
        const note = table.key(`${notes}${digest(file.path)}.json`)
        add = await readNote(table, note)
        if (!add) {
          add = await widenFile(table, file, columns)
          await table.objects.put(note, JSON.stringify(add))
        }
        written.set(file.path, add)
      }
      adds.push(add)
    }
    const actions = [
      changeColumns(snapshot.metadata, columns, schemaVersionOf(snapshot) + 1),
      ...removeActions(old, false),
      ...adds.map(add => ({ add })),
    ]
    if (await table.commit('CHANGE COLUMN', actions)) {
      for await (const { key } of table.objects.list(table.key(NOTES))) await table.objects.delete(key)
      await table.checkpointIfDue()
      return adds.length
    }
  }
}

/** Values that widening has to read and write, some million a second. Bytes are no measure: repeated values take none. */
export function countValues({ snapshot }: Table): number {
  const rows = [...snapshot.files.values()].reduce(
    (sum, { stats = '{}' }) => sum + (JSON.parse(stats).numRecords ?? Number.POSITIVE_INFINITY),
    0,
  )
  return rows * snapshot.dataColumns.length
}

/** A widening whose notes are this old has been abandoned. */
const ABANDONED_MS = 7 * 24 * 60 * 60 * 1000

/** Paths of rewritten files that are not in the table yet: vacuum keeps them. Clears old notes. */
export async function filesBeingWidened(table: Table): Promise<string[]> {
  const paths: string[] = []
  const reached = table.key(`${NOTES}${digest(formatSchema(table.snapshot.columns))}/`)
  for await (const { key, modifiedAt } of table.objects.list(table.key(NOTES))) {
    const isPast = key.startsWith(reached) || Date.now() - modifiedAt.getTime() > ABANDONED_MS
    const add = isPast ? await table.objects.delete(key) : await readNote(table, key)
    if (add) paths.push(add.path)
  }
  return paths
}

async function readNote(table: Table, key: string): Promise<AddFile | undefined> {
  try {
    return JSON.parse((await table.objects.get(key)).toString()) as AddFile
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return undefined
    throw error
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32)

function widenFile(table: Table, file: AddFile, columns: Column[]): Promise<AddFile> {
  const partitions = new Set(table.snapshot.metadata?.partitionColumns)
  const before = new Map(table.snapshot.columns.map(({ name, type }) => [name, type]))
  const data = columns.filter(({ name }) => !partitions.has(name))
  const widens = data.map(({ name, type }) => makeWiden(before.get(name) ?? type, type))
  async function* groups(): AsyncGenerator<ColumnValues[]> {
    const stored = { key: dataKey(table, file.path), size: file.size }
    for await (const { values } of readRowGroups(table.objects, stored, data))
      yield values.map((column, i) => {
        const widen = widens[i]
        return widen
          ? column.map(value => (value === null || value === undefined ? null : widen(value)))
          : column
      })
  }
  return writeGroups(table, file.partitionValues as Month, false, data, groups())
}
