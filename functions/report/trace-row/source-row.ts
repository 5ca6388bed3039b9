import { idPrefixOf, type Source } from '../../../shared/config/index.ts'
import type { MartRecord } from '../../../shared/marts/index.ts'

/** A row at the source, as of one of its changes. */
export type SourceRow = {
  system: string
  /** By the source's name. */
  table: string
  /** By the source's columns, each value as text. */
  key: Record<string, string>
  position: string
  changedAt: string
}

/** Whether each row of a mart is one of a source's table. */
export const isOfSource = ({ columns }: Pick<MartRecord, 'columns'>): boolean =>
  columns.some(({ name }) => name === 'source_position')

/** The source's row that a row of such a mart is. Of a source that is no longer configured only the table is known. */
export function sourceRowOf(row: Record<string, unknown>, sources: Source[]): SourceRow {
  const [system, name] = [String(row.source_system), String(row.source_table)]
  const source = sources.find(each => each.system === system)
  const table = source?.tables.find(each => each.name === name)
  const key: Record<string, string> = {}
  for (const column of table?.key ?? []) {
    const declared = table?.columns[column]
    const value = declared?.as === undefined ? undefined : row[declared.as]
    if (!source || !table || !declared || value === undefined || value === null) continue
    const prefix = idPrefixOf(source, table, declared) ?? ''
    key[column] = String(value).slice(prefix.length)
  }
  return {
    system,
    table: name,
    key,
    position: String(row.source_position),
    changedAt: row.changed_at instanceof Date ? row.changed_at.toISOString() : String(row.changed_at),
  }
}
