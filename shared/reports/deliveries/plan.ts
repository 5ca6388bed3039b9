import type { Query, Store } from '../../store/index.ts'
import type { Target } from './targets.ts'
import { dueTimes } from './when.ts'

type Subscription = { subscription_id: string; considered_until: Date; is_unsubscribed: boolean }
type Row = {
  subscriptionId: string
  dueAt: Date
  state: 'due' | 'unsubscribed' | 'skipped'
  problem: string | null
}

/** The file is looked at each minute: what was written in the last one counts for its end. */
const LOOKED_AT_MS = 60_000

/**
 * The store knows each recipient. Rows are written in the order of their ids, here and below: of two processes that write the
 * same rows in other orders each would wait for the other. One that is new, or has another time, is due from about now on, not for what was before.
 */
export async function keepSubscriptions(query: Query, targets: Target[], now: Date): Promise<Subscription[]> {
  const columns = [
    targets.map(each => each.subscriptionId),
    targets.map(each => each.delivery.name),
    targets.map(each => each.recipientKey),
    targets.map(each => each.recipient.name),
    targets.map(each => each.language),
    targets.map(({ schedule }) => `${schedule.cron} ${schedule.timeZone}`),
  ]
  const given =
    'unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as r (id, delivery, recipient, label, language, schedule)'
  const values = [...columns, new Date(now.getTime() - LOOKED_AT_MS)]
  // Either key may be the one that another process writes just now: a conflict that names one of them fails at the other.
  await query(
    `insert into report.subscription (subscription_id, delivery, recipient, label, language, schedule, considered_until)
     select r.*, $7::timestamptz from ${given} order by id on conflict do nothing`,
    values,
  )
  await query(
    `with changed as (
       select s.subscription_id, r.label, r.language, r.schedule from ${given} join report.subscription s on s.subscription_id = r.id
       where (s.label, s.language, s.schedule) is distinct from (r.label, r.language, r.schedule)
       order by 1 for update of s
     )
     update report.subscription s set label = changed.label, language = changed.language, schedule = changed.schedule,
       considered_until = case when s.schedule = changed.schedule then s.considered_until else greatest(s.considered_until, $7::timestamptz) end
     from changed where s.subscription_id = changed.subscription_id`,
    values,
  )
  return await query<Subscription>(
    `select subscription_id, considered_until, unsubscribed_at is not null as is_unsubscribed
     from report.subscription where subscription_id = any($1)`,
    [columns[0]],
  )
}

/**
 * Writes down what is due, once however many do so: of each recipient the latest due time. Those before it, which nobody was
 * there to send, are skipped, and so is one that still waits to be retried.
 */
export async function planDue(store: Store, targets: Target[], now: Date): Promise<void> {
  await passOver(store.query, targets, now)
  if (targets.length === 0) return
  const known = await keepSubscriptions(store.query, targets, now)
  const byId = new Map(targets.map(target => [target.subscriptionId, target]))
  // Many recipients share one schedule, and to look back costs a millisecond.
  const found = new Map<string, Date[]>()
  const rows: Row[] = []
  for (const { subscription_id: subscriptionId, considered_until: after, is_unsubscribed } of known) {
    const target = byId.get(subscriptionId)
    if (!target) continue
    const { cron, timeZone } = target.schedule
    const key = `${cron} ${timeZone} ${after.getTime()}`
    const dues = found.get(key) ?? dueTimes(target.schedule, after, now)
    found.set(key, dues)
    rows.push(
      ...dues.map((dueAt, at): Row => {
        const row = { subscriptionId, dueAt }
        if (is_unsubscribed) return { ...row, state: 'unsubscribed', problem: null }
        return at === 0
          ? { ...row, state: 'due', problem: null }
          : { ...row, state: 'skipped', problem: 'nobody was there to send it, and a later one is due' }
      }),
    )
  }
  if (rows.length > 0) await writeRows(store, rows)
}

/** Not each minute: nobody is away and back in so short a time. */
const PASS_OVER_MS = 600_000

/** Whoever is not in the file misses what is due meanwhile, and does not get it later. */
async function passOver(query: Query, targets: Target[], now: Date): Promise<void> {
  await query(
    `with away as (
       select subscription_id from report.subscription where considered_until < $3 and not subscription_id = any($1)
       for update skip locked
     )
     update report.subscription s set considered_until = $2 from away where s.subscription_id = away.subscription_id`,
    [
      targets.map(target => target.subscriptionId),
      new Date(now.getTime() - LOOKED_AT_MS),
      new Date(now.getTime() - PASS_OVER_MS),
    ],
  )
}

async function writeRows(store: Store, rows: Row[]): Promise<void> {
  await store.transaction(async ({ query }) => {
    await query(
      'select from report.subscription where subscription_id = any($1) order by subscription_id for update',
      [rows.map(row => row.subscriptionId)],
    )
    await query(
      `insert into report.delivery (subscription_id, due_at, state, problem, next_try_at, finished_at)
       select id, due_at, state, problem, case when state = 'due' then clock_timestamp() end,
         case when state <> 'due' then clock_timestamp() end
       from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[]) as r (id, due_at, state, problem)
       order by id, due_at
       on conflict do nothing`,
      [
        rows.map(row => row.subscriptionId),
        rows.map(row => row.dueAt),
        rows.map(row => row.state),
        rows.map(row => row.problem),
      ],
    )
    await query(
      `with latest as (
         select id, max(due_at) as due_at from unnest($1::text[], $2::timestamptz[]) as r (id, due_at) group by id
       ), considered as (
         update report.subscription s set considered_until = greatest(s.considered_until, latest.due_at)
         from latest where s.subscription_id = latest.id
       )
       update report.delivery d
       set state = 'skipped', finished_at = clock_timestamp(), next_try_at = null,
         problem = concat_ws(': ', 'a later one is due', d.problem)
       from latest
       where d.subscription_id = latest.id and d.due_at < latest.due_at and d.state = 'due'`,
      [rows.map(row => row.subscriptionId), rows.map(row => row.dueAt)],
    )
  })
}

/**
 * Writes down that somebody wants it now. Asked twice within a minute is asked once; one that had failed is tried again.
 * @returns the due time
 */
export async function planNow(query: Query, targets: Target[], now: Date): Promise<Date> {
  const dueAt = new Date(Math.floor(now.getTime() / 60_000) * 60_000)
  await keepSubscriptions(query, targets, now)
  await query(
    `insert into report.delivery as d (subscription_id, due_at, state, is_requested, next_try_at, finished_at)
     select subscription_id, $2, case when unsubscribed_at is null then 'due' else 'unsubscribed' end, true,
       case when unsubscribed_at is null then clock_timestamp() end,
       case when unsubscribed_at is not null then clock_timestamp() end
     from report.subscription where subscription_id = any($1)
     order by subscription_id
     on conflict (subscription_id, due_at) do update
       set state = excluded.state, next_try_at = excluded.next_try_at, finished_at = excluded.finished_at, is_requested = true
       where d.state in ('failed', 'bounced', 'skipped', 'unsubscribed')`,
    [targets.map(each => each.subscriptionId), dueAt],
  )
  return dueAt
}
