import { z } from 'zod'
import { connectionKey, type SourceKeys, type SourceOf } from '../../../shared/config/index.ts'

export const keys = {
  source: {
    ...connectionKey,
    pollMs: z.number().int().min(1).default(50).describe('How often the journal is looked at'),
  },
  table: { called: z.string().describe('What the journal calls the table') },
} satisfies SourceKeys

export type JournalSource = SourceOf<typeof keys>
