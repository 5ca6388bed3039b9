import { z } from 'zod'
import { databaseKeys, type SourceKeys, type SourceOf, snapshotKeys } from '../../config/index.ts'

/** What a source file says of a Postgres that the connector follows. */
export const keys = {
  source: {
    ...databaseKeys,
    snapshot: z
      .strictObject({
        ...snapshotKeys,
      })
      .optional()
      .describe('How a snapshot reads its tables'),
  },
  table: {},
} satisfies SourceKeys

export type PostgresSource = SourceOf<typeof keys>
