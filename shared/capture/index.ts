export { keyOf } from './admission.ts'
export { capturePostgres } from './postgres.ts'
export { checkSource, requireSource, type SourceReport, slotOf } from './prepare.ts'
export type { CaptureLease } from './state.ts'
