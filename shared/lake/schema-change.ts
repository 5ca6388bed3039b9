import { randomUUID } from 'node:crypto'
import type { Action, Metadata } from './actions.ts'
import { type Column, deltaTypeName } from './columns.ts'
import { OWN_COLUMNS, PARTITION_COLUMNS } from './raw-table.ts'
import { formatSchema, PROTOCOL, type Snapshot } from './snapshot.ts'
import { CONFIGURATION } from './table.ts'
import { makeWiden } from './widening.ts'

const SCHEMA_VERSION = 'cordage.schemaVersion'

/** Counts the changes of the table's columns, from 1. */
export function schemaVersionOf(snapshot: Snapshot): number {
  return Number(snapshot.metadata?.configuration[SCHEMA_VERSION] ?? 0)
}

/** A column's declared type differs from the lake's: rows of both cannot share the table. */
export class IncompatibleSchemaError extends Error {
  override readonly name = 'IncompatibleSchemaError'
}

/** Columns are declared wider than the lake has them: its files must be rewritten first (widenTable). */
export class WiderSchemaError extends Error {
  override readonly name = 'WiderSchemaError'
}

/** How declared columns differ from a table's. */
export type SchemaChange = {
  added: Column[]
  /** With the type that they have in the source file, and which holds every value of the lake's. */
  wider: Column[]
  incompatible: { column: string; inLake: string; declared: string }[]
}

export function compareSchema(snapshot: Snapshot, declared: Column[]): SchemaChange {
  const known = new Map(snapshot.columns.map(column => [column.name, column]))
  const spelled = new Map(snapshot.columns.map(column => [column.name.toLowerCase(), column.name]))
  const change: SchemaChange = { added: [], wider: [], incompatible: [] }
  for (const column of declared) {
    const { name, type } = column
    const inLake = known.get(name)
    const other = spelled.get(name.toLowerCase())
    // Many readers treat the two as one, and a column never leaves the table again.
    if (!inLake && other !== undefined)
      change.incompatible.push({ column: name, inLake: `spelled ${other}`, declared: name })
    else if (!inLake) change.added.push(column)
    else if (deltaTypeName(inLake.type) !== deltaTypeName(type)) {
      if (makeWiden(inLake.type, type)) change.wider.push(column)
      else
        change.incompatible.push({
          column: name,
          inLake: deltaTypeName(inLake.type),
          declared: deltaTypeName(type),
        })
    }
  }
  return change
}

/**
 * What a commit must say so that the table has these columns: everything for a new table, its metadata for one that
 * lacks a column, nothing else. Columns that are no longer declared stay, null from now on.
 * @throws IncompatibleSchemaError, WiderSchemaError
 */
export function schemaActions(
  snapshot: Snapshot,
  declared: Column[],
): { actions: Action[]; schemaVersion: number } {
  const { added, wider, incompatible } = compareSchema(snapshot, declared)
  if (incompatible.length > 0)
    throw new IncompatibleSchemaError(
      incompatible
        .map(
          ({ column, inLake, declared }) =>
            `column ${column} is ${inLake} in the lake, the source file says ${declared}`,
        )
        .join('; '),
    )
  if (wider.length > 0) throw new WiderSchemaError(`wider: ${wider.map(({ name }) => name).join(', ')}`)
  const current = schemaVersionOf(snapshot)
  if (snapshot.metadata && added.length === 0) return { actions: [], schemaVersion: current }
  if (snapshot.metadata)
    return {
      actions: [changeColumns(snapshot.metadata, withAdded(snapshot.columns, added), current + 1)],
      schemaVersion: current + 1,
    }
  const metaData = {
    id: randomUUID(),
    format: { provider: 'parquet', options: {} },
    schemaString: formatSchema([...declared, ...OWN_COLUMNS, ...PARTITION_COLUMNS]),
    partitionColumns: PARTITION_COLUMNS.map(({ name }) => name),
    createdTime: Date.now(),
    configuration: { ...CONFIGURATION, [SCHEMA_VERSION]: String(current + 1) },
  }
  return { actions: [{ protocol: PROTOCOL }, { metaData }], schemaVersion: current + 1 }
}

/** The table's metadata with other columns, and the number of that change. */
export function changeColumns(metadata: Metadata, columns: Column[], schemaVersion: number): Action {
  const configuration = { ...metadata.configuration, [SCHEMA_VERSION]: String(schemaVersion) }
  return { metaData: { ...metadata, schemaString: formatSchema(columns), configuration } }
}

/** New columns come after the source's others, before the lake's own. */
function withAdded(columns: Column[], added: Column[]): Column[] {
  const own = columns.findIndex(({ name }) => name === OWN_COLUMNS[0]?.name)
  const at = own < 0 ? columns.length : own
  return [...columns.slice(0, at), ...added, ...columns.slice(at)]
}
