import { z } from 'zod'
import { databaseKeys, type SourceKeys, type SourceOf } from '../../config/index.ts'

/** What a source file says of a Postgres that the connector follows. */
export const keys = {
  source: {
    ...databaseKeys,
    snapshot: z
      .strictObject({
        rowsPerSecond: z
          .number()
          .int()
          .min(1)
          .optional()
          .describe('Most rows read from it per second, where the database has little to spare'),
      })
      .optional()
      .describe('How a snapshot reads its tables'),
  },
  table: {},
} satisfies SourceKeys

export type PostgresSource = SourceOf<typeof keys>
