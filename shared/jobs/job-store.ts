import type { Lease, Query } from '../store/index.ts'

export const JOB_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const
export type JobState = (typeof JOB_STATES)[number]

/** A job as its caller sees it; times are ISO 8601. */
export type Job = {
  jobId: string
  function: string
  state: JobState
  /** Progress: the share that is done, from 0 to 1, and a sentence. */
  progress: { share: number; text: string } | null
  /** Attempts so far. */
  attempts: number
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  /** What the function answered; only once it is done. */
  result: unknown
  /** A problem document (RFC 9457): why it failed, or why it waits to be tried again. */
  problem: unknown
}

export type NewJob = {
  function: string
  input: unknown
  /** An event starts one job, however often it is delivered. */
  eventId?: string | undefined
  /** The series of such events: while one of its jobs waits for its start or a retry, another event starts none. */
  series?: string | undefined
  requestedBy?: string | undefined
  /** Who that is, for the function; null for Cordage itself. */
  requestedAs?: unknown
  callbackUrl?: string | undefined
}

/** A job that this process is to run. */
export type ClaimedJob = {
  id: string
  function: string
  input: unknown
  attempts: number
  failures: number
  requestedAs?: unknown
}

/** Starts a job, or finds the one that was started for the same. @returns its id */
export async function startJob(query: Query, job: NewJob): Promise<string> {
  const values = [
    job.function,
    JSON.stringify(job.input),
    job.eventId ?? null,
    job.series ?? null,
    job.requestedBy ?? null,
    job.callbackUrl ?? null,
    job.requestedAs === undefined ? null : JSON.stringify(job.requestedAs),
  ]
  const [row] = await query<{ id: string }>(
    `with waiting as (
       select id from ops.job_record where function = $1 and series = $4::text and state = 'waiting' limit 1
     ), started as (
       insert into ops.job_record (function, input, event_id, series, requested_by, callback_url, requested_as, callback_at)
       select $1, $2::json, $3::text, $4::text, $5::text, $6::text, $7::json, case when $6::text is not null then now() end where not exists (select 1 from waiting)
       on conflict (function, event_id) where event_id is not null do nothing returning id
     )
     select id from started union all select id from waiting
     union all select id from ops.job_record where function = $1 and event_id = $3::text limit 1`,
    values,
  )
  // Another process has just inserted it.
  return row?.id ?? (await startJob(query, job))
}

const SUMMARY = `id as "jobId", function, state, share, progress, attempts, created_at, started_at, finished_at, problem`
const DESCRIBED = `${SUMMARY}, result`

type JobRow = Omit<Job, 'progress' | 'createdAt' | 'startedAt' | 'finishedAt'> & {
  share: number | null
  progress: string | null
  created_at: Date
  started_at: Date | null
  finished_at: Date | null
}

const toJob = <Row extends Omit<JobRow, 'result'>>({
  share,
  progress,
  created_at,
  started_at,
  finished_at,
  ...row
}: Row) => ({
  ...row,
  progress: share === null ? null : { share, text: progress ?? '' },
  createdAt: created_at.toISOString(),
  startedAt: started_at?.toISOString() ?? null,
  finishedAt: finished_at?.toISOString() ?? null,
})

export type JobFilter = {
  /** Only of these functions. */
  functions?: string[] | undefined
  states?: JobState[] | undefined
  /** Only those that this subject requested. */
  requestedBy?: string | undefined
  limit: number
}

/** The latest first. */
export async function listJobs(query: Query, filter: JobFilter): Promise<Job[]> {
  const rows = await query<JobRow>(
    `select ${DESCRIBED} from ops.job where ($1::text[] is null or function = any($1)) and ($2::text[] is null or state = any($2))
       and ($3::text is null or requested_by = $3) order by created_at desc, id limit $4`,
    [filter.functions ?? null, filter.states ?? null, filter.requestedBy ?? null, filter.limit],
  )
  return rows.map(toJob)
}

/** Jobs that are open, then those that ended within a day, the latest first; without their results, which may be large. */
export async function listRecentJobs(query: Query, limit: number): Promise<Omit<Job, 'result'>[]> {
  const rows = await query<Omit<JobRow, 'result'>>(
    `select ${SUMMARY} from ops.job where finished_at is null or finished_at > now() - interval '1 day'
     order by finished_at is not null, coalesce(finished_at, created_at) desc, id limit $1`,
    [limit],
  )
  return rows.map(toJob)
}

/** Who may see it is asked with `requestedBy`: undefined sees every job. */
export async function findJob(query: Query, id: string, requestedBy?: string): Promise<Job | undefined> {
  const [row] = await query<JobRow>(
    `select ${DESCRIBED} from ops.job where id = $1 and ($2::text is null or requested_by = $2)`,
    [id, requestedBy ?? null],
  )
  return row && toJob(row)
}

/** A waiting job is cancelled at once, a running one by its runner; an ended one stays as it is. */
export async function cancelJob(query: Query, id: string): Promise<void> {
  await query(
    `update ops.job_record set cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()),
       state = case when state = 'waiting' then 'cancelled' else state end,
       finished_at = case when state = 'waiting' then clock_timestamp() else finished_at end
     where id = $1 and state in ('waiting', 'running')`,
    [id],
  )
}

/**
 * For each function the job that has waited longest, or that a dead process left.
 * @param owner takes over the leases of its predecessor of the same name without waiting for their end
 */
export async function findOpenJobs(
  query: Query,
  functions: string[],
  owner: string,
): Promise<{ id: string; function: string }[]> {
  return await query(
    `select o.id, f.name as function from unnest($1::text[]) as f (name), lateral (
       select r.id from ops.job_record r left join ops.lease l on l.name = 'job/' || r.id
       where r.function = f.name and (r.state = 'waiting' and r.run_at <= clock_timestamp()
         or r.state = 'running' and (l.name is null or l.owner = $2 or l.expires_at < clock_timestamp()))
       order by r.run_at limit 1) o`,
    [functions, owner],
  )
}

/** Takes a job under its lease. @returns undefined where it was ended meanwhile */
export async function claimJob(
  query: Query,
  id: string,
  { fencing }: Lease,
): Promise<ClaimedJob | undefined> {
  const [job] = await query<ClaimedJob>(
    `update ops.job_record set state = 'running', attempts = attempts + 1, fencing = $2, share = null, progress = null,
       failures = failures + (state = 'running')::int, started_at = coalesce(started_at, clock_timestamp())
     where id = $1 and state in ('waiting', 'running') returning id, function, input, attempts, failures, requested_as as "requestedAs"`,
    [id, fencing],
  )
  return job
}

export type Ending =
  | { state: 'done'; result: unknown }
  | { state: 'failed'; problem: unknown }
  | { state: 'cancelled' }
  /** Retried after a while. Its own error counts as an attempt; an interruption by a stop does not. */
  | { state: 'waiting'; problem?: unknown; afterMs: number; because: 'outage' | 'failure' | 'stop' }

/** Records how an attempt ended, unless another process has taken the job. */
export async function endAttempt(
  query: Query,
  id: string,
  { fencing }: Lease,
  ending: Ending,
): Promise<void> {
  const again = ending.state === 'waiting' ? ending : undefined
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value))
  await query(
    `update ops.job_record r set state = e.state, result = $4::json, problem = $5::json,
       share = case when e.state = 'done' then 1 else share end,
       finished_at = case when e.state <> 'waiting' then clock_timestamp() end,
       run_at = case when e.state = 'waiting' then clock_timestamp() + $6::float8 * interval '1 millisecond' else run_at end,
       attempts = attempts - $7::int, failures = failures + $8::int
     from (select case when $3::text = 'waiting' and cancel_requested_at is not null then 'cancelled' else $3::text end as state
       from ops.job_record where id = $1) e
     where r.id = $1 and r.fencing = $2 and r.state = 'running'`,
    [
      id,
      fencing,
      ending.state,
      ending.state === 'done' ? json(ending.result) : null,
      'problem' in ending ? json(ending.problem) : null,
      again?.afterMs ?? 0,
      again?.because === 'stop' ? 1 : 0,
      again?.because === 'failure' ? 1 : 0,
    ],
  )
}

export type Progress = { id: string; fencing: number; share: number; text: string }

export async function saveProgress(query: Query, all: Progress[]): Promise<void> {
  await query(
    `update ops.job_record r set share = p.share, progress = p.text
     from unnest($1::uuid[], $2::bigint[], $3::real[], $4::text[]) as p (id, fencing, share, text)
     where r.id = p.id and r.fencing = p.fencing and r.state = 'running'`,
    [
      all.map(one => one.id),
      all.map(one => one.fencing),
      all.map(one => one.share),
      all.map(one => one.text.replaceAll('\0', '')),
    ],
  )
}

/** Those of these jobs whose cancellation was requested. */
export async function findCancelled(query: Query, ids: string[]): Promise<string[]> {
  const rows = await query<{ id: string }>(
    'select id from ops.job_record where id = any($1::uuid[]) and cancel_requested_at is not null',
    [ids],
  )
  return rows.map(row => row.id)
}

/** Forgets jobs that ended so long ago. */
export async function dropOldJobs(query: Query, days: number): Promise<void> {
  await query(
    `delete from ops.job_record where finished_at < now() - $1 * interval '1 day' and callback_at is null`,
    [days],
  )
}
