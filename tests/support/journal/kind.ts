import { z } from 'zod'
import type { CaptureKind } from '../../../shared/capture/index.ts'
import { connectionKey, type SourceKeys, type SourceOf } from '../../../shared/config/index.ts'

const keys = {
  source: {
    ...connectionKey,
    pollMs: z.number().int().min(1).default(50).describe('How often the journal is looked at'),
  },
  table: { called: z.string().describe('What the journal calls the table') },
} satisfies SourceKeys

export type JournalSource = SourceOf<typeof keys>

/** A kind of capture that is no product: a file to which a line of JSON is added for each change. */
export const journal: CaptureKind = {
  summary: 'from a journal, a line a change',
  keys,
  open: async () => (await import('./capture.ts')).journalCapture,
}
