import type { CaptureKind } from '../capture.ts'
import { keys } from './keys.ts'

export const sqlserver: CaptureKind = {
  summary: 'from the SQL Server itself, by its own change data capture',
  keys,
  open: async () => (await import('./index.ts')).sqlServerCapture,
}
