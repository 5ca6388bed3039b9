import { type SourceTable, takenColumns } from '../../config/index.ts'
import type { ColumnFacts, InstanceFacts, TableFacts } from './catalog.ts'
import type { Lsn } from './lsn.ts'
import { printedType } from './types.ts'

/** What identifies a table's rows as the ones that were read and followed: what changes here changes rows without an event. */
export type TableIdentity = {
  objectId: number
  /** By the names of the captured columns. */
  columns: Record<string, { id: number; type: string }>
}

/** The captured columns of a table, in the order of the file. */
export function capturedColumns(table: SourceTable, found: TableFacts): ColumnFacts[] {
  return takenColumns(table).flatMap(([name]) => found.columns.find(column => column.name === name) ?? [])
}

export function identityOf(table: SourceTable, found: TableFacts): TableIdentity {
  const columns = capturedColumns(table, found)
  return {
    objectId: found.objectId,
    columns: Object.fromEntries(
      columns.map(column => [column.name, { id: column.id, type: printedType(column) }]),
    ),
  }
}

/** Why a table must be read again; undefined where its rows are the ones that were read. */
export function findDifference(was: TableIdentity, is: TableIdentity): string | undefined {
  if (was.objectId !== is.objectId) return 'it is not the table that was read'
  for (const [name, { id, type }] of Object.entries(is.columns)) {
    const before = Object.hasOwn(was.columns, name) ? was.columns[name] : undefined
    if (!before) return `column ${name} is new in the source file`
    if (before.id !== id) return `column ${name} was dropped and added again`
    if (before.type !== type) return `column ${name} was ${before.type} and is ${type}`
  }
  return undefined
}

/** Whether an instance captures all of the captured columns. */
export function isFull({ columns }: InstanceFacts, captured: ColumnFacts[]): boolean {
  return captured.every(({ id }) => columns.has(id))
}

/**
 * The instance that has all changes after a place: the newest, so that an older one can be dropped. One that begins later is
 * used once its beginning is reached.
 */
export function chooseInstance(
  instances: InstanceFacts[],
  captured: ColumnFacts[],
  reached: Lsn,
): InstanceFacts | undefined {
  return instances.findLast(instance => isFull(instance, captured) && instance.startLsn <= reached)
}
