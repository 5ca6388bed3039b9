import { z } from 'zod'
import { connectionKey, type SourceKeys, type SourceOf, snapshotKeys, zoneName } from '../../config/index.ts'

/** What a source file says of a SQL Server that the connector follows. */
export const keys = {
  source: {
    ...connectionKey,
    namespace: z.string().default('dbo').describe('Schema of the tables'),
    serverTimeZone: zoneName
      .optional()
      .describe(
        "Zone of the server's own clock, in which its log is written; default is timeZone where their clocks agree now, else what the clock is off from UTC now",
      ),
    pollIntervalMs: z
      .number()
      .int()
      .min(10)
      .max(60_000)
      .default(100)
      .describe('How long it waits between two looks at the change tables'),
    snapshot: z
      .strictObject({
        ...snapshotKeys,
        fromSecondary: z
          .boolean()
          .default(false)
          .describe(
            'Reads the tables with read-only intent, which an availability group listener takes to a readable secondary',
          ),
      })
      .optional()
      .describe('How a snapshot reads its tables'),
  },
  table: {},
} satisfies SourceKeys

export type SqlServerSource = SourceOf<typeof keys>
