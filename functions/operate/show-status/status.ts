import { z } from 'zod'
import { JOB_STATES, listRecentJobs } from '../../../shared/jobs/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import { qualitySchema, readQuality } from './quality.ts'
import { readUndelivered, undeliveredSchema } from './undelivered.ts'

const lag = z
  .number()
  .nullable()
  .describe('Age of the moment up to which everything is there; null while unknown')

/** An inbox of rejects is no reason for an endless answer. */
const MAX_OBJECTS = 100
const MAX_JOBS = 100

export const statusSchema = z.object({
  at: z.iso.datetime(),
  sources: z.array(
    z.object({
      system: z.string(),
      state: z.string(),
      epoch: z.number().int(),
      reading: z
        .array(
          z.object({
            table: z.string(),
            rows: z.number().int().describe('Rows read so far'),
            estimatedRows: z.number().int().describe('Rows in the table, as the source estimates'),
          }),
        )
        .describe('Tables whose rows are being read while changes are followed'),
      retainedBytes: z.number().nullable().describe('Log that the source retains for Cordage'),
      retainedLimitBytes: z.number().nullable().describe('Limit above which the source drops it'),
      server: z.string().nullable().describe('What the source is, where that is known'),
      reads: z
        .object({
          since: z.iso.datetime(),
          statements: z.number().int(),
          rows: z.number().int(),
          ms: z.number().int().describe('How long they took, on both sides'),
        })
        .nullable()
        .describe('What reading it has cost the source since its capture began, where that is counted'),
      problem: z.string().nullable(),
    }),
  ),
  tables: z.array(
    z.object({
      topic: z.string(),
      consumer: z.string().describe('The function that reads it'),
      position: z.string().nullable(),
      changedAt: z.iso.datetime().nullable(),
      rows: z.number().int().describe('Events read so far'),
      eventsBehind: z.number().int(),
      lagMs: lag,
      problem: z.string().nullable(),
    }),
  ),
  marts: z.array(
    z.object({
      mart: z.string(),
      position: z.string().nullable(),
      changedAt: z.iso.datetime().nullable(),
      builtAt: z.iso.datetime(),
      rows: z.number().int(),
      lagMs: lag,
    }),
  ),
  parked: z.array(
    z.object({
      function: z.string(),
      topic: z.string(),
      reason: z.string(),
      count: z.number().int(),
      oldestAt: z.iso.datetime(),
    }),
  ),
  replaced: z
    .array(
      z.object({
        system: z.string(),
        table: z.string(),
        column: z.string(),
        reason: z.string().describe('nan, infinity, year_out_of_range, or no_client'),
        count: z.number().int(),
        lastAt: z.iso.datetime(),
      }),
    )
    .describe('Values that became null: their type cannot hold them, or their row names no client'),
  running: z.array(z.object({ schedule: z.string(), startedAt: z.iso.datetime() })),
  failed: z
    .array(z.object({ schedule: z.string(), dueAt: z.iso.datetime(), detail: z.string().nullable() }))
    .describe('Schedules whose last run failed'),
  waiting: z
    .array(
      z.object({
        schedule: z.string(),
        dueAt: z.iso.datetime(),
        attempts: z.number().int(),
        nextTryAt: z.iso.datetime().nullable(),
        detail: z.string().nullable(),
      }),
    )
    .describe('Schedules whose last run waits to be retried, and why'),
  jobs: z
    .array(
      z.object({
        jobId: z.string(),
        function: z.string(),
        state: z.enum(JOB_STATES),
        progress: z.object({ share: z.number(), text: z.string() }).nullable(),
        attempts: z.number().int(),
        createdAt: z.iso.datetime(),
        finishedAt: z.iso.datetime().nullable(),
        detail: z.string().nullable().describe('Why it failed, or why it waits'),
      }),
    )
    .describe(
      `Jobs that wait, run, or ended within a day; those that are open first, then the latest, ${MAX_JOBS} in all`,
    ),
  objects: z
    .array(
      z.object({
        function: z.string(),
        key: z.string(),
        status: z.enum(['waiting', 'refused']),
        attempts: z.number().int(),
        nextTryAt: z.iso.datetime().nullable(),
        detail: z.string().nullable(),
        seenAt: z.iso.datetime(),
      }),
    )
    .describe(`Objects that their function has not taken, and why; the latest ${MAX_OBJECTS}`),
  undelivered: undeliveredSchema,
  quality: qualitySchema,
})

export type Status = z.output<typeof statusSchema>

const iso = (at: Date | null) => at?.toISOString() ?? null
const since = (at: Date | null, now: Date) => (at === null ? null : Math.max(0, now.getTime() - at.getTime()))
const count = (text: string | null) => (text === null ? null : Number(text))

/** Reads all of it; in one transaction it is of one moment. */
export async function readStatus(query: Query): Promise<Status> {
  const [clock] = await query<{ now: Date }>('select clock_timestamp() as now')
  const now = clock?.now ?? new Date()
  const sources = await query<{
    system: string
    state: string
    epoch: number
    retained: string | null
    retained_limit: string | null
    reading: Record<string, { rows: number; estimatedRows: number }>
    server: string | null
    reads: Status['sources'][number]['reads']
    problem: string | null
  }>(
    `select system, state, epoch, retained_bytes as retained, retained_limit_bytes as retained_limit, reading,
       progress ->> 'server' as server, progress -> 'reads' as reads, problem from ingest.capture order by system`,
  )
  const tables = await query<{
    topic: string
    consumer: string
    position: string | null
    changed_at: Date | null
    rows: string
    behind: string
    problem: string | null
  }>(
    `select v.topic, v."group" as consumer, case when bool_and(v.position is not null) then min(v.position) end as position,
       case when bool_and(v.changed_at is not null) then min(v.changed_at) end as changed_at,
       sum(v.events_read) as rows, sum(v.events_behind) as behind, max(v.problem) as problem
     from bus.coverage v group by 1, 2 order by 1, 2`,
  )
  const marts = await query<{
    mart: string
    position: string | null
    changed_at: Date | null
    built_at: Date
    rows: string
  }>('select mart, position, changed_at, built_at, rows from ops.mart order by mart')
  const parked = await query<{
    function: string
    topic: string
    reason: string
    count: string
    oldest_at: Date
  }>(
    'select function, topic, reason, count(*) as count, min(parked_at) as oldest_at from ops.parked group by 1, 2, 3 order by 1, 2, 3',
  )
  const replaced = await query<{
    system: string
    table: string
    column: string
    reason: string
    count: string
    last_at: Date
  }>(
    'select system, table_name as table, column_name as column, reason, count, last_at from ingest.replaced_value order by 1, 2, 3, 4',
  )
  const runs = await query<{
    schedule: string
    status: string
    started_at: Date
    due_at: Date
    detail: string | null
    attempts: number
    next_try_at: Date | null
  }>(
    'select distinct on (schedule) schedule, status, started_at, due_at, detail, attempts, next_try_at from ops.schedule_run order by schedule, due_at desc',
  )
  const objects = await query<{
    function: string
    key: string
    status: 'waiting' | 'refused'
    attempts: number
    next_try_at: Date | null
    detail: string | null
    seen_at: Date
  }>(
    `select function, key, status, attempts, next_try_at, detail, seen_at from ops.seen_object
     where status <> 'done' order by seen_at desc, key limit ${MAX_OBJECTS}`,
  )
  const jobs = await listRecentJobs(query, MAX_JOBS)
  return {
    at: now.toISOString(),
    sources: sources.map(({ retained, retained_limit, reading, ...source }) => ({
      ...source,
      reading: Object.entries(reading).map(([table, { rows, estimatedRows }]) => ({
        table,
        rows,
        estimatedRows,
      })),
      retainedBytes: count(retained),
      retainedLimitBytes: count(retained_limit),
    })),
    tables: tables.map(({ changed_at, rows, behind, ...table }) => ({
      ...table,
      changedAt: iso(changed_at),
      rows: Number(rows),
      eventsBehind: Number(behind),
      lagMs: since(changed_at, now),
    })),
    marts: marts.map(({ changed_at, built_at, rows, ...mart }) => ({
      ...mart,
      changedAt: iso(changed_at),
      builtAt: built_at.toISOString(),
      rows: Number(rows),
      lagMs: since(changed_at, now),
    })),
    parked: parked.map(({ count, oldest_at, ...row }) => ({
      ...row,
      count: Number(count),
      oldestAt: oldest_at.toISOString(),
    })),
    replaced: replaced.map(({ count, last_at, ...row }) => ({
      ...row,
      count: Number(count),
      lastAt: last_at.toISOString(),
    })),
    running: runs
      .filter(run => run.status === 'running')
      .map(run => ({ schedule: run.schedule, startedAt: run.started_at.toISOString() })),
    failed: runs
      .filter(run => run.status === 'failed')
      .map(run => ({ schedule: run.schedule, dueAt: run.due_at.toISOString(), detail: run.detail })),
    waiting: runs
      .filter(run => run.status === 'waiting')
      .map(({ schedule, due_at, attempts, next_try_at, detail }) => ({
        schedule,
        dueAt: due_at.toISOString(),
        attempts,
        nextTryAt: iso(next_try_at),
        detail,
      })),
    jobs: jobs.map(({ problem, startedAt: _, ...job }) => ({
      ...job,
      detail: (problem as { detail?: string } | null)?.detail ?? null,
    })),
    objects: objects.map(({ next_try_at, seen_at, ...object }) => ({
      ...object,
      nextTryAt: iso(next_try_at),
      seenAt: seen_at.toISOString(),
    })),
    undelivered: await readUndelivered(query),
    quality: await readQuality(query),
  }
}
