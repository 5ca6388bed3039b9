import type { Query } from '../store/index.ts'
import type { DatasetUse, Origin, Run } from './flow.ts'

/** A job of the graph: how it last went, and what it reads and writes. */
export type GraphJob = {
  job: string
  function: string
  state: 'done' | 'failed'
  startedAt: Date
  endedAt: Date
  calls: number
  problem: string | null
  reads: DatasetUse[]
  writes: DatasetUse[]
}

/** Problems are shown beside others, and logs have them whole. */
const MAX_PROBLEM_CHARS = 500

/**
 * Keeps what these runs have read and written. A job with a part says all of it each time; one without, such as an endpoint
 * that reads what it is asked for, adds to what it has. A failed run changes the job's state alone.
 */
export async function saveRuns(query: Query, runs: Run[]): Promise<void> {
  const last = lastOfEach(runs)
  const done = last.filter(({ state }) => state === 'done')
  await query(
    `insert into ops.lineage_job (job, function, parent, run_id, state, started_at, ended_at, calls, problem)
     select * from jsonb_to_recordset($1) as run (job text, function text, parent text, run_id uuid, state text,
       started_at timestamptz, ended_at timestamptz, calls bigint, problem text)
     on conflict (job) do update set parent = excluded.parent, run_id = excluded.run_id, state = excluded.state,
       started_at = excluded.started_at, ended_at = excluded.ended_at,
       calls = ops.lineage_job.calls + excluded.calls, problem = excluded.problem`,
    [JSON.stringify(last.map(toRow))],
  )
  const uses = runs
    .filter(({ state }) => state === 'done')
    .flatMap(run => [
      ...run.reads.map(use => ({ job: run.job, direction: 'reads', used_at: run.endedAt, ...use })),
      ...run.writes.map(use => ({ job: run.job, direction: 'writes', used_at: run.endedAt, ...use })),
    ])
  const unique = [...new Map(uses.map(use => [`${use.job}\n${use.direction}\n${use.dataset}`, use])).values()]
  await query(
    `insert into ops.lineage_use (job, dataset, direction, version, used_at)
     select * from jsonb_to_recordset($1) as used (job text, dataset text, direction text, version text, used_at timestamptz)
     on conflict (job, dataset, direction) do update set version = excluded.version, used_at = excluded.used_at`,
    [
      JSON.stringify(
        unique.map(({ job, dataset, direction, version, used_at }) => ({
          job,
          dataset,
          direction,
          version,
          used_at,
        })),
      ),
    ],
  )
  const whole = done.filter(run => run.job !== run.function).map(({ job }) => job)
  await query(
    `delete from ops.lineage_use u using unnest($1::text[]) as whole (job)
     where u.job = whole.job and not exists (
       select 1 from jsonb_to_recordset($2) as used (job text, dataset text, direction text)
       where used.job = u.job and used.dataset = u.dataset and used.direction = u.direction)`,
    [whole, JSON.stringify(unique)],
  )
  await saveColumns(query, done)
  await dropGoneParts(query, done)
}

/** One run for each job, with the calls of all: a statement must not write a row twice. In one order, so that none waits in a circle. */
function lastOfEach(runs: Run[]): Run[] {
  const byJob = new Map<string, Run>()
  for (const run of runs) byJob.set(run.job, { ...run, calls: run.calls + (byJob.get(run.job)?.calls ?? 0) })
  return [...byJob.values()].sort((a, b) => (a.job < b.job ? -1 : 1))
}

function toRow({ job, function: name, parent, runId, state, startedAt, endedAt, calls, problem }: Run) {
  return {
    ...{ job, function: name, parent: parent?.job ?? null, run_id: runId, state, calls },
    ...{ started_at: startedAt, ended_at: endedAt, problem: problem?.slice(0, MAX_PROBLEM_CHARS) ?? null },
  }
}

async function saveColumns(query: Query, runs: Run[]): Promise<void> {
  const known = runs.flatMap(run =>
    run.writes.flatMap(({ dataset, columns }) => (columns ? [{ job: run.job, dataset, columns }] : [])),
  )
  if (known.length === 0) return
  const rows = known.flatMap(({ job, dataset, columns }) =>
    Object.entries(columns).map(([name, origins], ordinal) => ({ job, dataset, ordinal, name, origins })),
  )
  await query(
    `with given as (
       select * from jsonb_to_recordset($2) as given (job text, dataset text, ordinal smallint, name text, origins jsonb)
     ),
     gone as (
       delete from ops.lineage_column c using unnest($1::text[]) as known (job)
       where c.job = known.job and not exists (
         select 1 from given where given.job = c.job and given.dataset = c.dataset and given.name = c.name)
     )
     insert into ops.lineage_column as c (job, dataset, ordinal, name, origins)
     select job, dataset, ordinal, name, origins from given
     on conflict (job, dataset, name) do update set ordinal = excluded.ordinal, origins = excluded.origins
       where c.ordinal <> excluded.ordinal or c.origins <> excluded.origins`,
    [known.map(({ job }) => job), JSON.stringify(rows)],
  )
}

/** A model or mart that there is no longer: its function's last run did not have it. */
async function dropGoneParts(query: Query, runs: Run[]): Promise<void> {
  const parents = new Set(runs.flatMap(({ parent }) => (parent ? [parent.job] : [])))
  if (parents.size === 0) return
  await query('delete from ops.lineage_job where parent = any($1) and job <> all($2)', [
    [...parents],
    runs.map(({ job }) => job),
  ])
}

/** Every job, with what it last read and wrote. */
export async function loadGraph(query: Query): Promise<GraphJob[]> {
  const jobs = await query<{
    job: string
    function: string
    state: 'done' | 'failed'
    started_at: Date
    ended_at: Date
    calls: string
    problem: string | null
  }>('select job, function, state, started_at, ended_at, calls, problem from ops.lineage_job order by job')
  const uses = await query<{
    job: string
    dataset: string
    direction: 'reads' | 'writes'
    version: string | null
  }>('select job, dataset, direction, version from ops.lineage_use order by job, dataset')
  const columns = await query<{ job: string; dataset: string; name: string; origins: Origin[] }>(
    'select job, dataset, name, origins from ops.lineage_column order by job, dataset, ordinal',
  )
  const usesOf = Map.groupBy(uses, ({ job, direction }) => `${job}\n${direction}`)
  const columnsOf = Map.groupBy(columns, ({ job, dataset }) => `${job}\n${dataset}`)
  const find = (job: string, direction: string): DatasetUse[] =>
    (usesOf.get(`${job}\n${direction}`) ?? []).map(({ dataset, version }) => {
      const own = direction === 'writes' ? columnsOf.get(`${job}\n${dataset}`) : undefined
      return {
        dataset,
        ...(version !== null && { version }),
        ...(own && { columns: Object.fromEntries(own.map(({ name, origins }) => [name, origins])) }),
      }
    })
  return jobs.map(({ job, started_at, ended_at, calls, ...rest }) => ({
    ...{ job, ...rest, startedAt: started_at, endedAt: ended_at, calls: Number(calls) },
    ...{ reads: find(job, 'reads'), writes: find(job, 'writes') },
  }))
}
