import { lakeType, plainName, type SourceTable } from '../config/index.ts'
import type { Column } from './columns.ts'

/** The key of a source table's Delta table. */
export function tablePath(system: string, table: string): string {
  return `lake/cdc_${system}/${plainName(table)}`
}

/** The lake's own columns of each change, besides the source's. */
export const OWN_COLUMNS: Column[] = [
  { name: '_op', type: { kind: 'string' }, required: true },
  { name: '_position', type: { kind: 'string' }, required: true },
  { name: '_partition', type: { kind: 'int' }, required: true },
  { name: '_offset', type: { kind: 'bigint' }, required: true },
  { name: '_changed_at', type: { kind: 'timestamp' }, required: true },
  { name: '_landed_at', type: { kind: 'timestamp' }, required: true },
  { name: '_schema_version', type: { kind: 'int' }, required: true },
]

export const PARTITION_COLUMNS: Column[] = [
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
