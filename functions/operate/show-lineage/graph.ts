import type { DatasetUse } from '../../../shared/lineage/index.ts'
import type { Job } from './declare-jobs.ts'

export type Place = { dataset: string; column: string }
export type Answer = {
  dataset: string | null
  column: string | null
  datasets: { dataset: string; columns: string[]; version: string | null; writtenAt: string | null }[]
  jobs: {
    job: string
    function: string
    state: Job['state']
    startedAt: string | null
    endedAt: string | null
    calls: number
    problem: string | null
  }[]
  edges: { job: string; dataset: string; direction: 'reads' | 'writes'; version: string | null }[]
  columns: { job: string; from: Place; to: Place }[]
}

export type Graph = {
  jobs: Map<string, Job>
  /** By dataset, the jobs that write and that read it. */
  writers: Map<string, Job[]>
  readers: Map<string, Job[]>
  columnsOf(dataset: string): string[]
  names: string[]
  /** All datasets, and nothing between them. */
  list(): Answer
  /** @param columns of each dataset those that are shown; by default all */
  describe(dataset: string, columns?: string[]): Answer['datasets'][number]
}

export function makeGraph(all: Job[]): Graph {
  // Maintenance of a table feeds nothing.
  const jobs = all.filter(({ reads, writes }) => writes.length === 0 || !isSame(reads, writes))
  const writers = byDataset(jobs, 'writes')
  const readers = byDataset(jobs, 'reads')
  const names = [...new Set([...writers.keys(), ...readers.keys()])].sort()
  const columnsOf = (dataset: string) => {
    const written = (writers.get(dataset) ?? []).flatMap(({ writes }) =>
      Object.keys(useOf(writes, dataset)?.columns ?? {}),
    )
    const read = (readers.get(dataset) ?? []).flatMap(({ writes }) =>
      writes.flatMap(({ columns = {} }) =>
        Object.values(columns).flatMap(origins =>
          origins.filter(origin => origin.dataset === dataset).map(({ column }) => column),
        ),
      ),
    )
    return [...new Set([...written, ...read])]
  }
  const describe: Graph['describe'] = (dataset, columns = columnsOf(dataset)) => {
    // The last to write it: also one that only maintains it.
    const [last] = all
      .filter(({ writes, endedAt }) => endedAt !== null && useOf(writes, dataset))
      .sort((a, b) => Number(b.endedAt) - Number(a.endedAt))
    return {
      dataset,
      columns,
      version: useOf(last?.writes ?? [], dataset)?.version ?? null,
      writtenAt: last?.endedAt?.toISOString() ?? null,
    }
  }
  return {
    jobs: new Map(jobs.map(job => [job.job, job])),
    ...{ writers, readers, names, columnsOf, describe },
    list: () => ({
      ...{ dataset: null, column: null, jobs: [], edges: [], columns: [] },
      datasets: names.map(name => describe(name)),
    }),
  }
}

const useOf = (uses: DatasetUse[], dataset: string) => uses.find(use => use.dataset === dataset)

const isSame = (reads: DatasetUse[], writes: DatasetUse[]) =>
  reads.length === writes.length && reads.every(({ dataset }) => useOf(writes, dataset))

function byDataset(jobs: Job[], direction: 'reads' | 'writes'): Map<string, Job[]> {
  const found = new Map<string, Job[]>()
  for (const job of jobs)
    for (const { dataset } of job[direction]) found.set(dataset, [...(found.get(dataset) ?? []), job])
  return found
}
