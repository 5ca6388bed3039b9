import type { Source } from '../../../shared/config/index.ts'
import { captureFlow, type Flow, type GraphJob, landingFlow } from '../../../shared/lineage/index.ts'

/** A job of the graph; one that has not run yet has no state. */
export type Job = Omit<GraphJob, 'state' | 'startedAt' | 'endedAt'> & {
  state: GraphJob['state'] | null
  startedAt: Date | null
  endedAt: Date | null
}

/**
 * The jobs that were recorded, and of each source's table the way to the lake: the source file says what that is, whether a
 * change has gone there yet or not, and whichever process does it.
 */
export function declareJobs(sources: Source[], recorded: GraphJob[]): Job[] {
  const jobs = new Map<string, Job>(recorded.map(job => [job.job, job]))
  const declare = (name: string, { part, reads = [], writes = [] }: Flow) => {
    const job = `${name}.${part}`
    const known = jobs.get(job)
    const columnsOf = new Map(writes.map(({ dataset, columns }) => [dataset, columns]))
    const ran = { state: null, startedAt: null, endedAt: null, calls: 0, problem: null }
    // Columns are those that the source file has now, also of a job that ran before it was changed.
    const written = known?.writes.map(use => ({ ...use, columns: columnsOf.get(use.dataset) ?? {} }))
    jobs.set(job, {
      ...ran,
      ...known,
      job,
      function: name,
      reads: known?.reads ?? reads,
      writes: written ?? writes,
    })
  }
  for (const { system, tables } of sources)
    for (const table of tables) {
      declare('capture', captureFlow(system, table))
      declare('land-changes', landingFlow(system, table))
    }
  return [...jobs.values()]
}
