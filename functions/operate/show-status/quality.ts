import { z } from 'zod'
import type { Query } from '../../../shared/store/index.ts'

/** Runs of about a day, one for each build. */
const MAX_RUNS = 96

const runSchema = z.object({
  builtAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  state: z.enum(['passed', 'warned', 'failed']).describe('failed: the build is not published'),
  checks: z.number().int(),
  failed: z.number().int().describe('Checks that stopped the build'),
  warned: z.number().int(),
  silenced: z.number().int(),
  problem: z.string().nullable().describe('Why the checks could not run'),
})

export const qualitySchema = z.object({
  lastRun: runSchema.nullable(),
  findings: z
    .array(
      z.object({
        check: z.string(),
        model: z.string(),
        column: z.string().nullable(),
        severity: z.enum(['critical', 'warning']),
        state: z.enum(['failed', 'silenced']),
        description: z.string(),
        observed: z.string(),
        expected: z.string(),
        failing: z.number().int().describe('Rows that fail'),
        keys: z
          .array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])))
          .describe('The first of them, by keys and dates'),
        since: z.iso.datetime(),
      }),
    )
    .describe('What did not pass in the last run'),
  runs: z.array(runSchema).describe(`The latest runs, ${MAX_RUNS} at most, the latest first`),
  silences: z
    .array(
      z.object({
        check: z.string(),
        reason: z.string(),
        by: z.string().nullable(),
        until: z.iso.datetime(),
      }),
    )
    .describe('Checks that are set aside for a time, by silence-check'),
})

export type Quality = z.output<typeof qualitySchema>

/** What checks found in the last builds. */
export async function readQuality(query: Query): Promise<Quality> {
  const runs = await query<{
    run_id: string
    built_at: Date
    finished_at: Date
    state: Quality['runs'][number]['state']
    checks: number
    failed: string
    warned: string
    silenced: string
    problem: string | null
  }>(
    `select r.run_id, r.built_at, r.finished_at, r.state, r.checks, r.problem,
       count(*) filter (where q.state = 'failed' and q.severity = 'critical') as failed,
       count(*) filter (where q.state = 'failed' and q.severity = 'warning') as warned,
       count(*) filter (where q.state = 'silenced') as silenced
     from (select * from ops.quality_run order by run_id desc limit ${MAX_RUNS}) r
     left join ops.quality_result q on q.run_id = r.run_id and q.state <> 'passed'
     group by r.run_id, r.built_at, r.finished_at, r.state, r.checks, r.problem order by r.run_id desc`,
  )
  const found = await query<{
    check: string
    model: string
    column: string | null
    severity: Quality['findings'][number]['severity']
    state: Quality['findings'][number]['state']
    description: string
    observed: string
    expected: string
    failing: string
    keys: Quality['findings'][number]['keys']
    since: Date
  }>(
    `select check_name as "check", model, column_name as "column", severity, state, description, observed, expected, failing, keys, since
     from ops.quality_result where run_id = $1 and state <> 'passed' order by state, severity, model, check_name`,
    [runs[0]?.run_id ?? null],
  )
  const silences = await query<{ check: string; reason: string; by: string | null; until_at: Date }>(
    `select check_name as "check", reason, silenced_by as by, until_at from ops.quality_silence
     where clock_timestamp() between from_at and until_at order by until_at, check_name`,
  )
  const told = runs.map(({ run_id: _, built_at, finished_at, failed, warned, silenced, ...run }) => ({
    ...run,
    builtAt: built_at.toISOString(),
    finishedAt: finished_at.toISOString(),
    failed: Number(failed),
    warned: Number(warned),
    silenced: Number(silenced),
  }))
  return {
    lastRun: told[0] ?? null,
    findings: found.map(({ failing, since, ...finding }) => ({
      ...finding,
      failing: Number(failing),
      since: since.toISOString(),
    })),
    runs: told,
    silences: silences.map(({ until_at, ...silence }) => ({ ...silence, until: until_at.toISOString() })),
  }
}
