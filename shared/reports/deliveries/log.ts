import type { Outcome } from '../../outbox/index.ts'
import type { Query } from '../../store/index.ts'

/** A process that says nothing for so long counts as dead: it is longer than any attempt may take. */
const LEASE_MS = 300_000
/** Minutes until the next attempt: a server that is away for a night is waited for. */
const DELAYS_MIN = [1, 5, 15, 60, 180, 360]
const MAX_DELAY_MS = 24 * 3_600_000
/** Of sent reports; what was sent to whom is of no use for ever. */
const KEPT_DAYS = 400

/** One that this process has claimed: `attempts` is its fence. */
export type Claimed = {
  subscriptionId: string
  dueAt: Date
  attempts: number
  isPerhapsTwice: boolean
}

type ClaimedRow = { subscription_id: string; due_at: Date; attempts: number; is_perhaps_twice: boolean }

const DUE = { where: `state = 'due' and next_try_at <= now()`, by: 'next_try_at' }
const CUT_OFF = { where: `state = 'sending' and lease_until < now()`, by: 'lease_until' }

/**
 * Takes what is due next, of all or of what somebody asked for at that due time. One whose process died after it had begun to hand it over is
 * taken too, and known to be perhaps sent twice from then on.
 */
export async function claimNext(query: Query, askedAt: Date | undefined): Promise<Claimed | undefined> {
  return (await claim(query, askedAt, DUE)) ?? (await claim(query, askedAt, CUT_OFF))
}

/** By an index each: thousands may be due. */
async function claim(
  query: Query,
  askedAt: Date | undefined,
  { where, by }: typeof DUE,
): Promise<Claimed | undefined> {
  const [row] = await query<ClaimedRow>(
    `with next as (
       select subscription_id, due_at, state, handed_at from report.delivery
       where ${where} and ($1::timestamptz is null or (is_requested and due_at = $1))
       order by ${by} limit 1 for update skip locked
     )
     update report.delivery d
     set state = 'sending', attempts = d.attempts + 1, handed_at = null, next_try_at = null,
       lease_until = clock_timestamp() + $2 * interval '1 millisecond',
       is_perhaps_twice = d.is_perhaps_twice or (next.state = 'sending' and next.handed_at is not null and d.via is distinct from 'file')
     from next where d.subscription_id = next.subscription_id and d.due_at = next.due_at
     returning d.subscription_id, d.due_at, d.attempts, d.is_perhaps_twice`,
    [askedAt ?? null, LEASE_MS],
  )
  return (
    row && {
      subscriptionId: row.subscription_id,
      dueAt: row.due_at,
      attempts: row.attempts,
      isPerhapsTwice: row.is_perhaps_twice,
    }
  )
}

const OWN = `subscription_id = $1 and due_at = $2 and state = 'sending' and attempts = $3`
const keyOf = ({ subscriptionId, dueAt, attempts }: Claimed) => [subscriptionId, dueAt, attempts]

/**
 * Writes down that it is handed over now, the last thing before it is.
 * @returns `unsubscribed` where the recipient has left meanwhile, `lost` where another process has taken it
 */
export async function beginHandover(
  query: Query,
  claimed: Claimed,
  { via, reportId }: { via: string; reportId: string },
): Promise<'handed' | 'unsubscribed' | 'lost'> {
  const [row] = await query<{ is_subscribed: boolean }>(
    `with who as (select unsubscribed_at is null as is_subscribed from report.subscription where subscription_id = $1)
     update report.delivery set via = $4, report_id = $5, lease_until = clock_timestamp() + $6 * interval '1 millisecond',
       handed_at = case when who.is_subscribed then clock_timestamp() end
     from who where ${OWN} returning who.is_subscribed`,
    [...keyOf(claimed), via, reportId, LEASE_MS],
  )
  if (!row) return 'lost'
  return row.is_subscribed ? 'handed' : 'unsubscribed'
}

/** Writes down how an attempt ended; where another process has taken it meanwhile, nothing. @returns the state */
export async function settle(query: Query, claimed: Claimed, outcome: Outcome): Promise<string> {
  if (outcome.is === 'sent') return await end(query, claimed, 'sent', null)
  if (outcome.is === 'refused') return await end(query, claimed, 'bounced', outcome.problem)
  const delayMin = DELAYS_MIN[claimed.attempts - 1]
  const { problem, isDoubtful } = outcome
  if (delayMin === undefined) return await end(query, claimed, 'failed', problem, isDoubtful)
  const delayMs = Math.min(MAX_DELAY_MS, Math.max(delayMin * 60_000, outcome.retryAfterMs ?? 0))
  await query(
    `update report.delivery set state = 'due', lease_until = null, problem = $4,
       is_perhaps_twice = is_perhaps_twice or $5, next_try_at = clock_timestamp() + $6 * interval '1 millisecond'
     where ${OWN}`,
    [...keyOf(claimed), problem, isDoubtful, delayMs],
  )
  return 'due'
}

/** Ends it for good. */
export async function end(
  query: Query,
  claimed: Claimed,
  state: 'sent' | 'failed' | 'bounced' | 'unsubscribed' | 'skipped',
  problem: string | null,
  isDoubtful = false,
): Promise<string> {
  await query(
    `update report.delivery set state = $4, problem = $5, lease_until = null, finished_at = clock_timestamp(),
       is_perhaps_twice = is_perhaps_twice or $6
     where ${OWN}`,
    [...keyOf(claimed), state, problem, isDoubtful],
  )
  return state
}

/** Drops what is older than anybody asks. */
export async function dropOld(query: Query): Promise<void> {
  await query(`delete from report.delivery where created_at < now() - $1 * interval '1 day'`, [KEPT_DAYS])
}

export type Undelivered = { delivery: string; recipients: number; examples: string[] }

/** Of these subscriptions, by delivery: how many did not get the last one, and why. */
export async function readUndelivered(query: Query, subscriptionIds: string[]): Promise<Undelivered[]> {
  const rows = await query<{ delivery: string; recipients: string; examples: string[] }>(
    `select s.delivery, count(*) as recipients, (array_agg(distinct d.problem))[1:3] as examples
     from report.subscription s cross join lateral (
       select state, problem from report.delivery d
       where d.subscription_id = s.subscription_id and d.state not in ('due', 'sending', 'skipped')
       order by d.due_at desc limit 1
     ) d
     where s.subscription_id = any($1) and d.state in ('failed', 'bounced') group by s.delivery`,
    [subscriptionIds],
  )
  return rows.map(({ delivery, recipients, examples }) => ({
    ...{ delivery, recipients: Number(recipients) },
    examples: examples.filter(each => each !== null),
  }))
}
