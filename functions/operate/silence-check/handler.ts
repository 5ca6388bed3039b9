import { z } from 'zod'
import { defineFunction, isStorableTime, storableText } from '../../../shared/contract/index.ts'
import { BadInputError, NotFoundError } from '../../../shared/errors/index.ts'
import type { Query } from '../../../shared/store/index.ts'

const HOUR_MS = 3_600_000
const MAX_DAYS = 90

const input = z.strictObject({
  check: storableText(200)
    .optional()
    .describe('Its name, as the suite has it; without one, silences are listed'),
  until: z.iso
    .datetime()
    .refine(isStorableTime, 'must be an instant such as 2026-06-30T10:00:00Z')
    .optional()
    .describe(`When it comes back, at most ${MAX_DAYS} days from now`),
  hours: z
    .number()
    .min(0)
    .max(MAX_DAYS * 24)
    .optional()
    .describe('The same in hours from now; 0 lifts a silence'),
  reason: storableText(1000).min(3).optional().describe('Why, for whoever reads it later'),
})

const silence = z.object({
  check: z.string(),
  reason: z.string(),
  by: z.string().nullable(),
  from: z.iso.datetime(),
  until: z.iso.datetime(),
})

const output = z.object({
  silences: z.array(silence).describe('Those in force, the one that ends first at the top'),
})

/**
 * Sets a check aside for a time: it still runs and is recorded, but neither stops nor warns. It comes back by itself. A
 * repeat replaces the silence of before.
 */
export default defineFunction({
  name: 'silence-check',
  summary: 'Sets a check aside for a time, with a reason; lists and lifts what was set aside',
  access: 'operator',
  uses: ['store'] as const,
  input,
  output,
  example: { check: 'order_count_follows_weekdays', hours: 48, reason: 'the shop is closed for two days' },

  async handle({ check, until, hours, reason }, { resources: { store }, caller }) {
    if (check === undefined) {
      if (until ?? hours ?? reason) throw new BadInputError('check is missing: its name', { field: 'check' })
      return { silences: await listSilences(store.query) }
    }
    const untilAt = readEnd(until, hours)
    return await store.transaction(async ({ query }) => {
      const [known] = await query('select from ops.quality_result where check_name = $1 limit 1', [check])
      if (!known)
        throw new NotFoundError(
          `no check ${JSON.stringify(check)} has run: show-status names those of the last run`,
          {
            field: 'check',
          },
        )
      await query(
        `update ops.quality_silence set until_at = clock_timestamp()
         where check_name = $1 and clock_timestamp() between from_at and until_at`,
        [check],
      )
      if (untilAt.getTime() > Date.now()) {
        if (reason === undefined)
          throw new BadInputError('reason is missing: why the check is silenced', { field: 'reason' })
        await query(
          'insert into ops.quality_silence (check_name, reason, silenced_by, until_at) values ($1, $2, $3, $4)',
          [check, reason, caller.subject ?? null, untilAt],
        )
      }
      return { silences: await listSilences(query) }
    })
  },
})

/** @throws BadInputError unless one of the two says when, within the limit */
function readEnd(until: string | undefined, hours: number | undefined): Date {
  if ((until === undefined) === (hours === undefined))
    throw new BadInputError('give until or hours, one of the two: when the check comes back', {
      field: 'until',
    })
  const end = until === undefined ? Date.now() + (hours ?? 0) * HOUR_MS : Date.parse(until)
  if (until !== undefined && end <= Date.now())
    throw new BadInputError('until is over already; hours: 0 lifts a silence', { field: 'until' })
  if (end > Date.now() + MAX_DAYS * 24 * HOUR_MS)
    throw new BadInputError(`until is more than ${MAX_DAYS} days away: change the suite instead`, {
      field: 'until',
    })
  return new Date(end)
}

async function listSilences(query: Query): Promise<z.output<typeof silence>[]> {
  const rows = await query<{
    check_name: string
    reason: string
    silenced_by: string | null
    from_at: Date
    until_at: Date
  }>(
    `select check_name, reason, silenced_by, from_at, until_at from ops.quality_silence
     where clock_timestamp() between from_at and until_at order by until_at, check_name`,
  )
  return rows.map(row => ({
    check: row.check_name,
    reason: row.reason,
    by: row.silenced_by,
    from: row.from_at.toISOString(),
    until: row.until_at.toISOString(),
  }))
}
