export {
  type Admitted,
  admit,
  keyOf,
  makeSnapshotEnds,
  ORDINALS_PER_CHANGE,
  type RawChange,
} from './admission.ts'
export { readDebeziumValue } from './debezium.ts'
export { loadRawEpochs } from './epochs.ts'
export { readMessages } from './messages.ts'
export { parkRefusals } from './parking.ts'
export { capturePostgres } from './postgres/capture.ts'
export type { ColumnFacts, TableFacts } from './postgres/catalog.ts'
export { mayBeTaken, type SourceReport, slotOf } from './postgres/inspect.ts'
export { checkSource, readTables, requireSource } from './postgres/prepare.ts'
export { proposeType, snakeName, yamlName } from './postgres/types.ts'
export { type CaptureLease, saveAdmitted } from './state.ts'
