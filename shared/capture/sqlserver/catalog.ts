import type { Source } from '../../config/index.ts'
import { type Lsn, readLsn } from './lsn.ts'
import type { Cells, Parameter, Session } from './session.ts'
import * as statements from './statements.ts'
import type { TypedColumn } from './types.ts'

/** What a SQL Server's catalogue says of the tables that a source file names. */
export type Catalog = {
  server: ServerFacts
  /** By the table's name, in the source's schema. */
  tables: Map<string, TableFacts>
}

export type ServerFacts = {
  /** Such as 16.0.4135.4. */
  version: string
  /** Of SERVERPROPERTY('EngineEdition'). */
  edition: number
  database: string
  hasCdc: boolean
  /** Whether a transaction may read as of one moment. */
  hasSnapshots: boolean
  isReadOnly: boolean
  /** Of its clock, now. */
  utcOffsetMinutes: number
  collation: string
  /** A longer text makes the application's own statement fail once its table is captured; -1 for no limit. */
  maxTextBytes: number
}

export type ColumnFacts = TypedColumn & {
  /** Its number in the table, which no other column ever gets. */
  id: number
  isNullable: boolean
  isComputed: boolean
  isColumnSet: boolean
  /** Of a text. */
  collation: string | undefined
  mayRead: boolean
}

/** A table's changes as one capture instance has them. */
export type InstanceFacts = {
  name: string
  /** Of its change table: another one once it is disabled and enabled. */
  objectId: number
  /** From which commit on it has all changes. */
  startLsn: Lsn
  allowsSwitch: boolean
  /** The last change of the table's definition that the log has; 0 for none. */
  ddlLsn: Lsn
  /** Those of the table that it captures, by id, each with its place in the update mask. */
  columns: Map<number, number>
}

export type IndexFacts = { isPrimary: boolean; columns: string[] }

export type TableFacts = {
  name: string
  objectId: number
  isView: boolean
  columns: ColumnFacts[]
  /** Unique ones of whole rows. */
  indexes: IndexFacts[]
  /** The oldest first: two at most. */
  instances: InstanceFacts[]
  /** Ids of the partitions that hold its rows. */
  partitions: string[]
  estimatedRows: number
}

/** Editions of Azure SQL: no Agent, and a log reader that nobody can tune. */
export const AZURE_SQL_DATABASE = 5

export async function readServer(session: Session): Promise<ServerFacts> {
  const [row = []] = await session.query(statements.readServer.text())
  const [version, edition, database, hasCdc, snapshotState, updateability, utcOffset, collation, maxText] =
    row
  return {
    version: String(version),
    edition: Number(edition),
    database: String(database),
    hasCdc: hasCdc === true,
    hasSnapshots: Number(snapshotState) === 1,
    isReadOnly: updateability === 'READ_ONLY',
    utcOffsetMinutes: Number(utcOffset),
    collation: String(collation),
    maxTextBytes: Number(maxText),
  }
}

export async function readCatalog(session: Session, source: Source): Promise<Catalog> {
  const server = await readServer(session)
  return { server, tables: await readTables(session, server, source) }
}

/** As the status shows it. */
export const describeServer = ({ server }: Catalog): string =>
  server.edition === AZURE_SQL_DATABASE ? 'Azure SQL Database' : `SQL Server ${server.version}`

export async function readTables(
  session: Session,
  server: ServerFacts,
  { namespace, tables }: { namespace: string; tables: { name: string }[] },
): Promise<Map<string, TableFacts>> {
  const names: Record<string, Parameter> = { schema: { text: namespace } }
  for (const [i, { name }] of tables.entries()) names[`t${i}`] = { text: name }
  // First: a change of a definition that comes after it has a later place in the log than the instance knows.
  const instances = server.hasCdc ? await session.query(statements.readInstances.text()) : []
  const columns = await session.query(statements.readColumns.text(tables.length), names)
  const indexes = groupRows(await session.query(statements.readIndexes.text(tables.length), names))
  const partitions = groupRows(await session.query(statements.readPartitions.text(tables.length), names))
  return new Map(
    [...Map.groupBy(columns, ([, objectId]) => Number(objectId))].map(([objectId, own]) => {
      const [name, , kind] = own[0] ?? []
      const held = partitions.get(objectId) ?? []
      const table: TableFacts = {
        name: String(name),
        objectId,
        isView: String(kind).trim() === 'V',
        columns: own.map(readColumn),
        indexes: readIndexes(indexes.get(objectId) ?? []),
        instances: readInstances(instances.filter(row => Number(row[2]) === objectId)),
        partitions: held.map(([, , id]) => String(id)),
        estimatedRows: held.reduce((sum, [, , , rows]) => sum + Number(rows), 0),
      }
      return [table.name, table]
    }),
  )
}

/** By the object that their first cell names. */
const groupRows = (rows: Cells[]) => Map.groupBy(rows, ([objectId]) => Number(objectId))

function readColumn(row: Cells): ColumnFacts {
  const [
    ,
    ,
    ,
    name,
    id,
    typeName,
    maxLength,
    precision,
    scale,
    isNullable,
    isComputed,
    isColumnSet,
    collation,
    mayRead,
  ] = row
  return {
    name: String(name),
    id: Number(id),
    typeName: String(typeName),
    maxLength: Number(maxLength),
    precision: Number(precision),
    scale: Number(scale),
    isNullable: isNullable === true,
    isComputed: isComputed === true,
    isColumnSet: isColumnSet === true,
    collation: collation === null ? undefined : String(collation),
    mayRead: Number(mayRead) === 1,
  }
}

function readIndexes(rows: Cells[]): IndexFacts[] {
  return [...Map.groupBy(rows, ([, indexId]) => Number(indexId)).values()].map(own => ({
    isPrimary: own[0]?.[2] === true,
    columns: own.map(([, , , name]) => String(name)),
  }))
}

function readInstances(rows: Cells[]): InstanceFacts[] {
  return [...Map.groupBy(rows, ([, objectId]) => Number(objectId))]
    .map(([objectId, own]): InstanceFacts => {
      const [name, , , startLsn, allowsSwitch, ddlLsn] = own[0] ?? []
      return {
        name: String(name),
        objectId,
        startLsn: readLsn(startLsn),
        allowsSwitch: allowsSwitch === true,
        ddlLsn: ddlLsn === null ? 0n : readLsn(ddlLsn),
        columns: new Map(own.map(([, , , , , , columnId, ordinal]) => [Number(columnId), Number(ordinal)])),
      }
    })
    .sort((a, b) => (a.startLsn < b.startLsn ? -1 : a.startLsn > b.startLsn ? 1 : a.objectId - b.objectId))
}
