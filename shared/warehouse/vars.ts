import type { Position } from '../bus/position.ts'
import type { ColumnType, Source } from '../config/index.ts'
import { idPrefixOf, lakeType, plainName, takenColumns } from '../config/index.ts'

/** A source table as the dbt project sees it; a build adds the version that it pins. */
export type TableVars = {
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

/** The source systems as the dbt project sees them: columns as they lie in the lake, after policy. */
export function makeSystemVars(
  sources: Source[],
  through: Record<string, Position | null> = {},
): Record<string, SystemVars> {
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
      tables[name] = { entity, topic, partitions, folder: plainName(name), id_prefix: idPrefix, columns }
    }
    systems[source.system] = {
      time_zone: source.timeZone,
      currency: source.currency,
      through: through[source.system] ?? null,
      tables,
    }
  }
  return systems
}
