import { describeError } from '../../errors/index.ts'
import type { Mail } from '../../outbox/index.ts'
import type { Query } from '../../store/index.ts'
import { daysOfPeriod } from './period.ts'
import { keepSubscriptions } from './plan.ts'
import { type Target, viaOf } from './targets.ts'
import { dateIn, nextDue } from './when.ts'

/** What a recipient would get next, and what it got last. */
export type Plan = {
  delivery: string
  recipient: string
  channel: string
  /** smtp, webhook or file; null where its webhook's URL cannot be used, which `problem` says. */
  via: 'smtp' | 'webhook' | 'file' | null
  report: string
  language: string
  filters: Record<string, string[]>
  roles: string[]
  claims: Record<string, string[]>
  isSubscribed: boolean
  nextAt: string | null
  timeZone: string
  period: { from: string; to: string } | null
  last: Last | null
  problem: string | null
}

export type Last = {
  dueAt: string
  state: string
  attempts: number
  isPerhapsTwice: boolean
  problem: string | null
}

/** Who would get what when, and how the last one went. Nothing is sent. */
export async function showPlans(
  query: Query,
  targets: Target[],
  { mail, home, now }: { mail: Mail; home: string; now: Date },
): Promise<Plan[]> {
  const known = new Map(
    (await keepSubscriptions(query, targets, now)).map(each => [each.subscription_id, each]),
  )
  const last = await readLast(
    query,
    targets.map(each => each.subscriptionId),
  )
  const next = new Map<string, Date | null>()
  return targets.map(target => {
    const { delivery, recipient, channel, language, schedule, rights, subscriptionId } = target
    const key = `${schedule.cron} ${schedule.timeZone}`
    const nextAt = next.has(key) ? (next.get(key) ?? null) : nextDue(schedule, now)
    next.set(key, nextAt)
    return {
      ...{ delivery: delivery.name, recipient: recipient.name, channel, language },
      ...{ report: delivery.report, filters: delivery.filters, timeZone: schedule.timeZone },
      ...{ roles: rights.roles, claims: rights.claims },
      isSubscribed: known.get(subscriptionId)?.is_unsubscribed === false,
      nextAt: nextAt?.toISOString() ?? null,
      period: nextAt && daysOfPeriod(delivery.period, dateIn(schedule.timeZone, nextAt)),
      last: last.get(subscriptionId) ?? null,
      ...wayOf(target, mail, home),
    }
  })
}

function wayOf(target: Target, mail: Mail, home: string): Pick<Plan, 'via' | 'problem'> {
  try {
    return { via: viaOf(target, mail, home), problem: null }
  } catch (error) {
    return { via: null, problem: describeError(error) }
  }
}

/** What has been sent, or was not, the latest first. */
export type Sent = Last & { delivery: string; recipient: string; reportId: string | null }

const MOST_SENT = 50

/** Of these, those that are over or under way, the latest first. */
export async function readSent(query: Query, targets: Target[]): Promise<Sent[]> {
  const byId = new Map(targets.map(target => [target.subscriptionId, target]))
  const rows = await query<Row & { report_id: string | null }>(
    `select ${COLUMNS}, report_id from report.delivery where subscription_id = any($1::text[])
     order by coalesce(finished_at, created_at) desc, subscription_id limit $2`,
    [[...byId.keys()], MOST_SENT],
  )
  return rows.flatMap(row => {
    const target = byId.get(row.subscription_id)
    return target
      ? {
          ...{ delivery: target.delivery.name, recipient: target.recipient.name, reportId: row.report_id },
          ...toLast(row),
        }
      : []
  })
}

type Row = {
  subscription_id: string
  due_at: Date
  state: string
  attempts: number
  is_perhaps_twice: boolean
  problem: string | null
}
const COLUMNS = 'subscription_id, due_at, state, attempts, is_perhaps_twice, problem'

const toLast = ({ due_at, state, attempts, is_perhaps_twice, problem }: Row): Last => ({
  dueAt: due_at.toISOString(),
  ...{ state, attempts, isPerhapsTwice: is_perhaps_twice, problem },
})

/** The last due time of each subscription, or that of one moment. */
export async function readLast(query: Query, ids: string[], dueAt?: Date): Promise<Map<string, Last>> {
  const rows = await query<Row>(
    `select d.* from unnest($1::text[]) as of (id) cross join lateral (
       select ${COLUMNS} from report.delivery
       where subscription_id = of.id and ($2::timestamptz is null or due_at = $2) order by due_at desc limit 1
     ) d`,
    [ids, dueAt ?? null],
  )
  return new Map(rows.map(row => [row.subscription_id, toLast(row)]))
}
