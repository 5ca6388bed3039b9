import { z } from 'zod'
import type { Query } from '../../../shared/store/index.ts'

const MAX_UNDELIVERED = 100
/** Who is not in the file any more gets no later one. */
const SHOWN_DAYS = 31

export const undeliveredSchema = z
  .array(
    z.object({
      delivery: z.string(),
      recipient: z.string().describe('Its name in the file of deliveries'),
      state: z.enum(['due', 'failed', 'bounced']).describe('due: it is tried again'),
      dueAt: z.iso.datetime(),
      attempts: z.number().int(),
      nextTryAt: z.iso.datetime().nullable(),
      detail: z.string().nullable(),
    }),
  )
  .describe(
    `Reports that their recipient did not get the last time (docs/reports.md); the latest ${MAX_UNDELIVERED}`,
  )

type Row = {
  delivery: string
  label: string
  state: 'due' | 'failed' | 'bounced'
  due_at: Date
  attempts: number
  next_try_at: Date | null
  problem: string | null
}

/** What send-report could not deliver, as far as nothing later was. */
export async function readUndelivered(query: Query): Promise<z.output<typeof undeliveredSchema>> {
  const rows = await query<Row>(
    `select s.delivery, s.label, d.state, d.due_at, d.attempts, d.next_try_at, d.problem
     from report.subscription s cross join lateral (
       select * from report.delivery d
       where d.subscription_id = s.subscription_id and d.state not in ('skipped', 'sending') order by d.due_at desc limit 1
     ) d
     where d.due_at > clock_timestamp() - ${SHOWN_DAYS} * interval '1 day'
       and (d.state in ('failed', 'bounced') or (d.state = 'due' and d.problem is not null))
     order by d.due_at desc, s.delivery, s.label limit ${MAX_UNDELIVERED}`,
  )
  return rows.map(({ label, due_at, next_try_at, problem, ...row }) => ({
    ...row,
    recipient: label,
    dueAt: due_at.toISOString(),
    nextTryAt: next_try_at?.toISOString() ?? null,
    detail: problem,
  }))
}
