import { randomUUID } from 'node:crypto'
import { lakeType, plainName, type SourceTable } from '../config/index.ts'
import type { Action, Metadata } from './actions.ts'
import { type Column, deltaTypeName } from './columns.ts'
import { formatSchema, PROTOCOL, type Snapshot } from './snapshot.ts'
import { CONFIGURATION } from './table.ts'
import { makeWiden } from './widening.ts'

/** The key of a source table's Delta table. */
export function tablePath(system: string, table: string): string {
  return `lake/cdc_${system}/${plainName(table)}`
}

/** What the lake says of each change, beside the source's columns. */
export const OWN_COLUMNS: Column[] = [
  { name: '_op', type: { kind: 'string' }, required: true },
  { name: '_position', type: { kind: 'string' }, required: true },
  { name: '_partition', type: { kind: 'int' }, required: true },
  { name: '_offset', type: { kind: 'bigint' }, required: true },
  { name: '_changed_at', type: { kind: 'timestamp' }, required: true },
  { name: '_landed_at', type: { kind: 'timestamp' }, required: true },
  { name: '_schema_version', type: { kind: 'int' }, required: true },
]

const PARTITION_COLUMNS: Column[] = [
  { name: 'year', type: { kind: 'int' } },
  { name: 'month', type: { kind: 'int' } },
]

/** The source's columns as the lake has them: after policy, dropped ones absent. */
export function sourceColumns(table: Pick<SourceTable, 'columns'>): Column[] {
  return Object.entries(table.columns).flatMap(([name, column]) => {
    const type = lakeType(column)
    return type ? [{ name, type }] : []
  })
}

const SCHEMA_VERSION = 'cordage.schemaVersion'

/** Counts the changes of the table's columns, from 1. */
export function schemaVersionOf(snapshot: Snapshot): number {
  return Number(snapshot.metadata?.configuration[SCHEMA_VERSION] ?? 0)
}

/** A column's declared type is another than the lake's: rows of both cannot share the table. */
export class IncompatibleSchemaError extends Error {
  override readonly name = 'IncompatibleSchemaError'
}

/** Columns are declared wider than the lake has them: its files are to be rewritten first (widenTable). */
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
    // Many readers take the two for one, and a column never leaves the table again.
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

/** New columns come behind the source's others, before the lake's own. */
function withAdded(columns: Column[], added: Column[]): Column[] {
  const own = columns.findIndex(({ name }) => name === OWN_COLUMNS[0]?.name)
  const at = own < 0 ? columns.length : own
  return [...columns.slice(0, at), ...added, ...columns.slice(at)]
}

/** How far one partition of a topic has landed: of later events, those up to here are there already. */
export type LandedMark = { offset: bigint | undefined; position: string | undefined }

/** Where events come from: a partition of a topic of one bus. */
export type Origin = { busId: string; topic: string; partition: number }

const offsetApp = ({ busId, topic, partition }: Origin) => `land/${busId}/${topic}/${partition}`
const OFFSET_APP = /^land\/([^/]+)\/(.+)\/(\d+)$/
const epochApp = ({ topic, partition }: Omit<Origin, 'busId'>) => `epoch/${topic}/${partition}`
const positionDomain = ({ topic, partition }: Origin) => `cordage.land/${topic}/${partition}`

export function landedMark(snapshot: Snapshot, origin: Origin): LandedMark {
  return {
    offset: snapshot.transaction(offsetApp(origin)),
    position: snapshot.domain(positionDomain(origin)),
  }
}

/** Why the position is a domain's: docs/decisions/0002-landed-position-in-domain-metadata.md. */
export function markActions(origin: Origin, mark: LandedMark): Action[] {
  const actions: Action[] = []
  if (mark.offset !== undefined)
    actions.push({ txn: { appId: offsetApp(origin), version: mark.offset, lastUpdated: Date.now() } })
  if (mark.position !== undefined)
    actions.push({
      domainMetadata: { domain: positionDomain(origin), configuration: mark.position, removed: false },
    })
  return actions
}

/** Every partition's mark, of whichever bus. */
export function landMarks(snapshot: Snapshot): (Origin & { offset: bigint; position: string | undefined })[] {
  return [...snapshot.transactions].flatMap(([appId, { version }]) => {
    const match = OFFSET_APP.exec(appId)
    if (!match) return []
    const origin = { busId: match[1] as string, topic: match[2] as string, partition: Number(match[3]) }
    return [{ ...origin, offset: version, position: landedMark(snapshot, origin).position }]
  })
}

export function epochAction(origin: Omit<Origin, 'busId'>, epoch: number): Action {
  return { txn: { appId: epochApp(origin), version: BigInt(epoch), lastUpdated: Date.now() } }
}

/** The last epoch whose snapshot has landed in a partition; 0 before the first. */
export function landedEpoch(snapshot: Snapshot, origin: Omit<Origin, 'busId'>): number {
  return Number(snapshot.transaction(epochApp(origin)) ?? 0n)
}

/** The last epoch whose snapshot has landed in every partition: a key not seen since it began is deleted. */
export function completedEpoch(snapshot: Snapshot, topic: string, partitions: number): number {
  const epochs = Array.from({ length: partitions }, (_, partition) =>
    landedEpoch(snapshot, { topic, partition }),
  )
  return Math.min(...epochs)
}
