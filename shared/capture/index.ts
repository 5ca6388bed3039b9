export {
  type Admitted,
  admit,
  keyOf,
  makeSnapshotEnds,
  ORDINALS_PER_CHANGE,
  type RawChange,
} from './admission.ts'
export {
  type Capture,
  type CaptureOptions,
  emptyReport,
  requireSource,
  type SourceReport,
} from './capture.ts'
export { readDebeziumValue } from './debezium.ts'
export { loadRawEpochs } from './epochs.ts'
export { captureOf } from './kinds.ts'
export { readMessages } from './messages.ts'
export { parkRefusals } from './parking.ts'
export type { ColumnFacts, TableFacts } from './postgres/catalog.ts'
export { mayBeTaken, slotOf } from './postgres/inspect.ts'
export { readTables } from './postgres/prepare.ts'
export { forgetTables } from './postgres/progress.ts'
export { proposeType, snakeName, yamlName } from './postgres/types.ts'
export { type CaptureLease, saveAdmitted } from './state.ts'
