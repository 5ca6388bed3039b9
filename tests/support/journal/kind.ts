import type { CaptureKind } from '../../../shared/capture/index.ts'
import { keys } from './keys.ts'

/** A kind of capture that is no product: a file to which a line of JSON is added for each change. */
export const journal: CaptureKind = {
  summary: 'from a journal, a line a change',
  keys,
  open: async () => (await import('./capture.ts')).journalCapture,
}
