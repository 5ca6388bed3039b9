export {
  type ColumnType,
  lakeType,
  type Policy,
  type SourceColumn,
  takenColumns,
} from './column.ts'
export * from './settings.ts'
export * from './source.ts'
export * from './triggers.ts'
