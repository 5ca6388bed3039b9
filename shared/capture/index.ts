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
  type CaptureKind,
  type CaptureOptions,
  emptyReport,
  type ListedColumn,
  type ListedTable,
  requireSource,
  type SourceReport,
} from './capture.ts'
export { loadRawEpochs } from './debezium/epochs.ts'
export { type DebeziumSource, isDebezium } from './debezium/kind.ts'
export { findPlaces, parseMessages, readMessages } from './debezium/messages.ts'
export { loadPlaces } from './debezium/places.ts'
export { readDebeziumValue } from './debezium/read-value.ts'
export { type CaptureKinds, isFollowed, KINDS, kindOf, openCapture } from './kinds.ts'
export { isOwn, OWN_SYSTEM } from './own/kind.ts'
export { dropOldOwnRows } from './own/record.ts'
export { parkRefusals } from './parking.ts'
export { slotOf } from './postgres/inspect.ts'
export { snakeName, yamlName } from './proposals.ts'
export { parseSource, readSources, readSourceText } from './sources.ts'
export { type CaptureLease, checkLease, forgetTables, readSystemAgain, saveAdmitted } from './state.ts'
