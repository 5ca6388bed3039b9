import type { Action, AddFile } from './actions.ts'
import type { ColumnValues } from './column-chunk.ts'
import { dataKey, removeActions } from './data-files.ts'
import { type Deletion, deleteRows, makeTest, mayHold } from './delete-rows.ts'
import { epochAction, landedEpoch, landMarks, markActions, type Origin } from './landing-marks.ts'
import { readRowGroups } from './parquet.ts'
import { OWN_COLUMNS } from './raw-table.ts'
import { changeColumns, schemaVersionOf } from './schema-change.ts'
import type { Snapshot } from './snapshot.ts'
import { openTable, readCommit, type Table } from './table.ts'

/** A table cannot be restored to that point; the message says what is missing. */
export class RestoreError extends Error {
  override readonly name = 'RestoreError'
}

/** Files so close to the end of their retention may be deleted while we restore them. */
const MARGIN_MS = 5 * 60 * 1000

/**
 * Restores a table to a version, in a new commit (Delta's RESTORE): rows, columns, and how far each bus
 * partition had landed. What has landed since lands again only if the bus is read again from those marks on: see
 * `npm run rebuild`, which does both under the consumer's lease.
 * @throws VersionNotFoundError, RestoreError
 */
export async function restoreTable(table: Table, version: number): Promise<void> {
  const { snapshot: then } = await openTable(table.objects, table.path, { version })
  await table.refresh()
  for (;;) {
    const { snapshot: now } = table
    if (!then.metadata || !now.metadata)
      throw new RestoreError(`${table.path} has no columns at version ${version}`)
    await requireFiles(table, version, [...then.files.values()])
    await requireNoReplays(table, version, then)
    const isOther = then.metadata.schemaString !== now.metadata.schemaString
    const actions: Action[] = [
      // Its number is new: an older number in rows must not mean two sets of columns.
      ...(isOther ? [changeColumns(now.metadata, then.columns, schemaVersionOf(now) + 1)] : []),
      ...removeActions(
        [...now.files.values()].filter(({ path }) => !then.files.has(path)),
        true,
      ),
      ...[...then.files.values()]
        .filter(({ path }) => !now.files.has(path))
        .map(add => ({ add: { ...add, dataChange: true } })),
      ...marksOf(table, then),
    ]
    if (await table.commit('RESTORE', actions)) {
      await table.checkpointIfDue()
      return
    }
  }
}

/** Vacuum deletes what left the table longer ago than the retention, or a shorter time if requested. */
async function requireFiles(table: Table, version: number, files: AddFile[]): Promise<void> {
  const { snapshot, retentionMs } = table
  const stored = new Set<string>()
  for await (const { key } of table.objects.list(table.key(''))) stored.add(key)
  const gone = files.filter(({ path }) => {
    if (snapshot.files.has(path)) return false
    const removed = snapshot.tombstones.get(path)
    const isYoung = removed && Date.now() - removed.deletionTimestamp <= retentionMs - MARGIN_MS
    return !isYoung || !stored.has(dataKey(table, path))
  })
  if (gone.length > 0)
    throw new RestoreError(
      `${table.path}: of ${files.length} files of version ${version} ${gone.length} are deleted, or about to be: go back to a position instead`,
    )
}

/** A transaction mark cannot be removed from a table: one that did not exist yet is set to nothing landed. */
function marksOf({ snapshot: now }: Table, then: Snapshot): Action[] {
  const actions: Action[] = []
  for (const [appId, { version }] of now.transactions) {
    const before = then.transaction(appId) ?? (appId.startsWith('epoch/') ? 0n : -1n)
    if (before !== version) actions.push({ txn: { appId, version: before, lastUpdated: Date.now() } })
  }
  for (const [domain, { configuration }] of now.domains) {
    const before = then.domain(domain)
    if (before === configuration) continue
    actions.push({
      domainMetadata: { domain, configuration: before ?? '', removed: before === undefined },
    })
  }
  return actions
}

/**
 * Parked events that were replayed since are below that version's marks, where the bus is not read again: restoring
 * would lose them.
 */
async function requireNoReplays(table: Table, version: number, then: Snapshot): Promise<void> {
  const marks = landMarks(then)
  const isPast = (first: number) => marks.every(({ offset }) => offset < first)
  let replayed = 0
  for (let at = version + 1; at <= table.snapshot.version; at++) {
    const actions = (await readCommit(table, at)) ?? []
    // Deletions and restores write rows that had landed before.
    if (!actions.some(action => 'commitInfo' in action && action.commitInfo.operation === 'WRITE')) continue
    for (const action of actions) {
      if (!('add' in action) || isPast(firstOffset(action.add))) continue
      await readPlaces(table, action.add, (partition, position, offset) => {
        const landed = marks.filter(mark => mark.partition === partition)
        if (landed.some(mark => mark.offset >= offset && (mark.position ?? '') >= position)) replayed += 1
      })
    }
  }
  if (replayed > 0)
    throw new RestoreError(
      `${table.path}: ${replayed} rows of parked events were replayed since version ${version}, and would be lost: go back to a position instead`,
    )
}

/** The least offset of a file's rows, by its statistics; -1 where they do not say. */
function firstOffset({ stats = '{}' }: AddFile): number {
  const { minValues } = JSON.parse(stats) as { minValues?: { _offset?: number } }
  return minValues?._offset ?? -1
}

const PLACE = ['_partition', '_position', '_offset']
const PLACE_COLUMNS = PLACE.map(name => OWN_COLUMNS.find(column => column.name === name)).filter(
  column => column !== undefined,
)

async function readPlaces(
  table: Table,
  file: AddFile,
  take: (partition: number, position: string, offset: bigint) => void,
): Promise<void> {
  const stored = { key: dataKey(table, file.path), size: file.size }
  for await (const { rows, values } of readRowGroups(table.objects, stored, PLACE_COLUMNS)) {
    const [partitions, positions, offsets] = values as [ColumnValues, ColumnValues, ColumnValues]
    for (let row = 0; row < rows; row++)
      take(
        Number(partitions[row]),
        Buffer.from(positions[row] as Uint8Array).toString(),
        BigInt(offsets[row] as bigint),
      )
  }
}

/** A partition's first change after a position: from there the bus must be read again. */
export type FirstAfter = { partition: number; position: string; offset: bigint }

/** Where the rows after a position are on the bus: per partition the one with the least offset. */
export async function findFirstAfter(table: Table, position: string): Promise<Map<number, FirstAfter>> {
  const first = new Map<number, FirstAfter>()
  const tests = [makeTest(table, { column: '_position', above: position })]
  for (const file of table.snapshot.files.values()) {
    if (!mayHold(file, tests)) continue
    await readPlaces(table, file, (partition, at, offset) => {
      if (at <= position) return
      const known = first.get(partition)
      if (!known || offset < known.offset) first.set(partition, { partition, position: at, offset })
    })
  }
  return first
}

/**
 * Removes every row after a position, and sets the marks of these partitions back to just before their first removed
 * row: the bus's events from there on land again. Works at any age of the table, because it needs no old version.
 */
export function rewindTable(
  table: Table,
  position: string,
  first: (FirstAfter & Origin & { /** The last that is complete before that row. */ epoch: number })[],
): Promise<Deletion> {
  return deleteRows(table, [{ column: '_position', above: position }], {
    operation: 'RESTORE',
    also: snapshot =>
      first.flatMap(({ epoch, offset, ...origin }) => [
        ...markActions(origin, { offset: offset - 1n, position }),
        ...(landedEpoch(snapshot, origin) > epoch ? [epochAction(origin, epoch)] : []),
      ]),
  })
}
