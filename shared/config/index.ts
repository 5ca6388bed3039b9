export {
  type ColumnType,
  lakeType,
  type Policy,
  type SourceColumn,
  takenColumns,
} from './column.ts'
export { ENTITIES, type Entity, idPrefixOf } from './entities.ts'
export { plainName } from './names.ts'
export * from './settings.ts'
export * from './source.ts'
export * from './source-folder.ts'
export * from './triggers.ts'
