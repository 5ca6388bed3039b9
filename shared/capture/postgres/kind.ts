import type { CaptureKind } from '../capture.ts'
import { keys } from './keys.ts'

export const postgres: CaptureKind = {
  summary: 'from the Postgres itself, by logical replication',
  keys,
  open: async () => (await import('./index.ts')).postgresCapture,
}
