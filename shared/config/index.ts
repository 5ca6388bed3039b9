export {
  type ColumnType,
  lakeType,
  type Policy,
  type Row,
  type SourceColumn,
  takenColumns,
  type Value,
} from './column.ts'
export {
  describeEntity,
  ENTITY_NAMES,
  type Entity,
  type EntityDescription,
} from './entities.ts'
export { idPrefixOf } from './entity-rules.ts'
export { type Kept, keepFile, readText } from './keep-file.ts'
export { plainName } from './names.ts'
export * from './settings.ts'
export * from './source.ts'
export * from './source-folder.ts'
export {
  anySourceSchema,
  connectionKey,
  databaseKeys,
  type Source,
  type SourceKeys,
  type SourceKind,
  type SourceKinds,
  type SourceOf,
  type SourceTable,
  snapshotKeys,
  sourceSchemaOf,
  zoneName,
} from './source-schema.ts'
export * from './triggers.ts'
export * from './yaml-text.ts'
