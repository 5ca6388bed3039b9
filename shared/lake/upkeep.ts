import type { AddFile } from './actions.ts'
import type { ColumnValues } from './column-chunk.ts'
import { dataKey, deleteFiles, type Month, removeActions, writeGroups } from './data-files.ts'
import { readRowGroups } from './parquet.ts'
import { CHECKPOINT_INTERVAL, type LogEntry, listLog, type Table } from './table.ts'
import { filesBeingWidened } from './widen.ts'

/**
 * Maintenance of a table that gets a commit a second for months. It runs alongside writers and readers: it commits like any
 * writer, and deletes only what no version within the table's retention needs.
 */

/** A file of this size is left as it is: large enough to read well, small enough to rewrite quickly. */
const TARGET_BYTES = 32 * 1024 * 1024
/**
 * Files are merged once there are so many of about one size, so that a row is rewritten once per size class
 * and not once per run (a log-structured merge), and a partition never holds more than a few dozen files.
 */
const FILES_PER_CLASS = 8
const SMALLEST_CLASS_BYTES = 4096

/** A row group of a merged file: the uncompressed bytes and rows that are held at once. */
const ROW_GROUP_BYTES = 4 * 1024 * 1024
const ROW_GROUP_ROWS = 16_384

/** Merges small files of one partition into larger ones; the rows stay the same. @returns files merged and bytes written */
export async function compact(table: Table): Promise<{ merged: number; bytes: number }> {
  let merged = 0
  let bytes = 0
  for (const files of chooseFiles(table.snapshot.files.values())) {
    const add = await mergeFiles(table, files)
    if (await replaceFiles(table, files, add)) {
      merged += files.length
      bytes += add.size
    } else await deleteFiles(table, [add])
  }
  return { merged, bytes }
}

export function chooseFiles(files: Iterable<AddFile>): AddFile[][] {
  const classes = Map.groupBy(
    [...files].filter(({ size }) => size < TARGET_BYTES / 2),
    ({ partitionValues, size }) => JSON.stringify([partitionValues, sizeClass(size)]),
  )
  return [...classes.values()].flatMap(alike => {
    if (alike.length < FILES_PER_CLASS) return []
    const bins: AddFile[][] = [[]]
    let filled = 0
    for (const file of alike) {
      if (filled > 0 && filled + file.size > TARGET_BYTES) {
        bins.push([])
        filled = 0
      }
      bins.at(-1)?.push(file)
      filled += file.size
    }
    return bins.filter(bin => bin.length > 1)
  })
}

function sizeClass(size: number): number {
  return Math.max(0, Math.floor(Math.log(size / SMALLEST_CLASS_BYTES) / Math.log(FILES_PER_CLASS)))
}

function mergeFiles(table: Table, files: AddFile[]): Promise<AddFile> {
  const month = files[0]?.partitionValues as Month
  return writeGroups(table, month, false, table.snapshot.dataColumns, readInGroups(table, files))
}

async function* readInGroups(table: Table, files: AddFile[]): AsyncGenerator<ColumnValues[]> {
  const columns = table.snapshot.dataColumns
  let held: ColumnValues[] = columns.map(() => [])
  let heldBytes = 0
  for (const { path, size } of files) {
    for await (const { rows, bytes, values } of readRowGroups(
      table.objects,
      { key: dataKey(table, path), size },
      columns,
    )) {
      const heldRows = held[0]?.length ?? 0
      if (heldRows > 0 && (heldBytes + bytes > ROW_GROUP_BYTES || heldRows + rows > ROW_GROUP_ROWS)) {
        yield held
        held = columns.map(() => [])
        heldBytes = 0
      }
      for (const [i, column] of values.entries()) for (const value of column) held[i]?.push(value)
      heldBytes += bytes
    }
  }
  if ((held[0]?.length ?? 0) > 0) yield held
}

/** @returns false where another writer took one of the files away meanwhile */
async function replaceFiles(table: Table, files: AddFile[], add: AddFile): Promise<boolean> {
  for (;;) {
    if (!files.every(({ path }) => table.snapshot.files.has(path))) return false
    if (await table.commit('OPTIMIZE', [...removeActions(files, false), { add }])) {
      await table.checkpointIfDue()
      return true
    }
  }
}

/** A reader may just have been pointed to a checkpoint this young. */
const YOUNG_MS = 10 * 60 * 1000
/** Of older ones every tenth stays: an older version is then at most a hundred commits from one. */
const KEPT_CHECKPOINTS = 10 * CHECKPOINT_INTERVAL

/**
 * Deletes the log before the newest checkpoint that the retention does not need, and thins out old checkpoints, which
 * each repeat the whole state.
 * @returns log files deleted
 */
export async function cleanLog(table: Table): Promise<number> {
  const now = Date.now()
  const entries = await listLog(table)
  const olderThan = (ms: number) => (entry: LogEntry) => now - entry.modifiedAt.getTime() > ms
  const commits = entries.filter(({ kind }) => kind === 'commit')
  const checkpoints = entries.filter(({ kind }) => kind === 'checkpoint')
  // The last version past retention was still current when retention began: it stays readable like later ones.
  const oldestNeeded = commits.findLast(olderThan(table.retentionMs))?.version ?? -1
  const first = checkpoints.findLast(({ version }) => version <= oldestNeeded)?.version ?? -1
  const thinned = checkpoints
    .slice(0, -1)
    .filter(olderThan(YOUNG_MS))
    .filter(({ version }) => version > first && version % KEPT_CHECKPOINTS !== 0)
  // Oldest first: if killed in between, the rest still begins with consecutive commits up to its checkpoint.
  const doomed = [...entries.filter(({ version }) => version < first), ...thinned]
  for (const { key } of doomed) await table.objects.delete(key)
  return doomed.length
}

/** An unlisted file younger than this may be about to be committed. */
const IN_FLIGHT_MS = 60 * 60 * 1000

/**
 * Deletes data files that left the table longer ago than the retention, and those that never entered it because
 * their writer died.
 * @returns files deleted
 */
export async function vacuum(table: Table, options: { retentionMs?: number } = {}): Promise<number> {
  const retentionMs = options.retentionMs ?? table.retentionMs
  const stored: { key: string; modifiedAt: Date }[] = []
  for await (const info of table.objects.list(table.key('')))
    if (!info.key.slice(table.key('').length).startsWith('_')) stored.push(info)
  // Read only now, so that a file stored before the listing is known if its commit was made.
  await table.refresh()
  const now = Date.now()
  const { files, tombstones } = table.snapshot
  const waiting = await filesBeingWidened(table)
  const live = new Set([...files.keys(), ...waiting].map(path => dataKey(table, path)))
  const removedAt = new Map(
    [...tombstones.values()].map(({ path, deletionTimestamp }) => [dataKey(table, path), deletionTimestamp]),
  )
  const doomed = stored.filter(({ key, modifiedAt }) => {
    if (live.has(key)) return false
    const removed = removedAt.get(key)
    if (removed !== undefined) return now - removed >= retentionMs
    return now - modifiedAt.getTime() > Math.max(retentionMs, IN_FLIGHT_MS)
  })
  for (const { key } of doomed) await table.objects.delete(key)
  return doomed.length
}
