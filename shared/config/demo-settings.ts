import { z } from 'zod'

/** Settings of the demo alone (docs/demo.md). */
export const demoSettings = {
  DEMO_TODAY: z.iso
    .date()
    .optional()
    .describe(
      "The demo's current date, at most seven days after the end of its history; default: the real date",
    ),
  DEMO_DAYS: z.coerce
    .number()
    .int()
    .positive()
    .default(911)
    .describe("Days of history in the demo's source, counted back from its last order; fewer start faster"),
  DEMO_SOURCE: z
    .enum(['postgres', 'sqlserver'])
    .default('postgres')
    .describe(
      "What the demo's shop is followed on: its Postgres, or a double of SQL Server that holds the same (docs/sources/sqlserver.md)",
    ),
  DEMO_SHOP: z
    .enum(['living', 'still'])
    .optional()
    .describe(
      "living: the demo's shop keeps selling after its history, at the same pace and with the stories of stacks/demo/stories.yml; still: the data as published, without changes; default: living, or still where DEMO_TODAY or DEMO_RATE is set",
    ),
  DEMO_RATE: z.coerce
    .number()
    .min(0)
    .optional()
    .describe('Additional row changes per second in the demo, for measuring'),
}
