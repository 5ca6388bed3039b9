import type { Query, Store } from '../../../shared/store/index.ts'
import type { Checked, CheckResult } from './run-checks.ts'

/** Runs, and what they found, are shown over time. */
const KEPT_DAYS = 400
/** What passed is only there to know since when something else does not. */
const PASSED_KEPT_DAYS = 7

export type RunState = 'passed' | 'warned' | 'failed'
/** A silenced check did not pass, and neither stops nor warns. */
export type Judged = Omit<CheckResult, 'state'> & { state: 'passed' | 'failed' | 'silenced' }

/** The checks' results, with those set aside that somebody has silenced. */
export async function judge(query: Query, results: CheckResult[]): Promise<Judged[]> {
  const silenced = await query<{ check_name: string }>(
    'select distinct check_name from ops.quality_silence where clock_timestamp() between from_at and until_at',
  )
  const names = new Set(silenced.map(row => row.check_name))
  return results.map(result => ({
    ...result,
    state: result.state === 'failed' && names.has(result.check) ? 'silenced' : result.state,
  }))
}

export function stateOf(results: Judged[]): RunState {
  const failed = results.filter(({ state }) => state === 'failed')
  if (failed.some(({ severity }) => severity === 'critical')) return 'failed'
  return failed.length > 0 ? 'warned' : 'passed'
}

type Run = Pick<Checked, 'builtAt' | 'changedAt'> & { startedAt: Date }

/** Writes down what a run found; checks that had failed before keep the time since when. */
export async function recordRun(store: Store, run: Run, results: Judged[]): Promise<void> {
  await store.transaction(async ({ query }) => {
    const [row] = await query<{ run_id: string }>(
      `insert into ops.quality_run (built_at, changed_at, state, started_at, checks) values ($1, $2, $3, $4, $5) returning run_id`,
      [run.builtAt, run.changedAt, stateOf(results), run.startedAt, results.length],
    )
    await query(
      `insert into ops.quality_result (run_id, check_name, model, column_name, severity, state, description, observed, expected, failing, keys, since)
       select $1, r."check", r.model, r."column", r.severity, r.state, r.description, r.observed, r.expected, r.failing, r.keys,
         case when r.state <> 'passed' then coalesce(before.since, clock_timestamp()) end
       from jsonb_to_recordset($2) as r ("check" text, model text, "column" text, severity text, state text, description text, observed text,
         expected text, failing bigint, keys jsonb)
       left join lateral (
         select since from ops.quality_result where check_name = r."check" and run_id < $1 order by run_id desc limit 1
       ) as before on true`,
      [row?.run_id, JSON.stringify(results)],
    )
    await dropOldRuns(query)
  })
}

/** A build whose checks could not run is not published. */
export async function recordProblem({ query }: Store, run: Run, problem: string): Promise<void> {
  await query(
    `insert into ops.quality_run (built_at, changed_at, state, started_at, problem) values ($1, $2, 'failed', $3, $4)`,
    [run.builtAt, run.changedAt, run.startedAt, problem],
  )
}

async function dropOldRuns(query: Query): Promise<void> {
  await query("delete from ops.quality_run where started_at < now() - $1 * interval '1 day'", [KEPT_DAYS])
  await query(
    `delete from ops.quality_result using ops.quality_run as run
     where run.run_id = quality_result.run_id and quality_result.state = 'passed' and run.started_at < now() - $1 * interval '1 day'`,
    [PASSED_KEPT_DAYS],
  )
}
