import type { Position } from '../bus/position.ts'
import type { ColumnType, Source } from '../config/index.ts'
import { idPrefixOf, lakeType, plainName, takenColumns } from '../config/index.ts'

/** Which version of a table a build reads, and what it finds there. */
export type TablePin = {
  /** Its folder as DuckDB calls it: a path, or `s3://…`. */
  path: string
  /** Delta version; null where nothing has landed. */
  version: number | null
  /** The last epoch whose snapshot is complete, and begun by what the build covers. */
  epoch: number
  /** Columns that are there. */
  landed: string[]
  /** ISO time up to which every change of the table has landed; null where that is not known. */
  covered_at: string | null
}

const NOTHING_LANDED: TablePin = { path: '', version: null, epoch: 0, landed: [], covered_at: null }

/** A source table as the dbt project sees it. */
export type TableVars = TablePin & {
  entity: string
  topic: string
  partitions: number
  /** Its folder in the lake, in that of its system. */
  folder: string
  /** Set before ids that the models make of several of its columns. */
  id_prefix: string
  /** `prefix` is set before an id. */
  columns: Record<string, { type: string; as: string; prefix: string }>
}

/** The dbt variable `systems`. */
export type SystemVars = {
  time_zone: string
  /** ISO 4217. */
  currency: string
  /** Up to here every table of the system has landed; null where that is not known. */
  through: Position | null
  tables: Record<string, TableVars>
}

function typeName(type: ColumnType): string {
  return type.kind === 'decimal' ? `decimal(${type.precision},${type.scale})` : type.kind
}

/**
 * The source systems as the dbt project sees them: columns as they are in the lake, after policy. Nothing has landed yet; a
 * build pins what has.
 */
export function makeSystemVars(sources: Source[]): Record<string, SystemVars> {
  const systems: Record<string, SystemVars> = {}
  for (const source of sources) {
    const tables: Record<string, TableVars> = {}
    for (const table of source.tables) {
      const columns: TableVars['columns'] = {}
      for (const [name, column] of takenColumns(table)) {
        const type = lakeType(column)
        const prefix = idPrefixOf(source, table, column) ?? ''
        if (type) columns[name] = { type: typeName(type), as: column.as, prefix }
      }
      const { name, entity, topic, partitions, idPrefix } = table
      const folder = plainName(name)
      tables[name] = { ...NOTHING_LANDED, entity, topic, partitions, folder, id_prefix: idPrefix, columns }
    }
    systems[source.system] = {
      time_zone: source.timeZone,
      currency: source.currency,
      through: null,
      tables,
    }
  }
  return systems
}
