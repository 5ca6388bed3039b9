import type { Job } from './declare-jobs.ts'
import type { Answer, Graph, Place } from './graph.ts'

export type Question = {
  dataset: string
  column: string | undefined
  direction: 'upstream' | 'downstream' | 'both'
  depth: number
}

/** What feeds a dataset or a column and what it feeds, as far as it is asked for. */
export function walk(graph: Graph, question: Question): Answer {
  const { dataset, column } = question
  const found =
    column === undefined ? walkDatasets(graph, question) : walkColumns(graph, { ...question, column })
  const jobs = [...found.jobs].flatMap(name => graph.jobs.get(name) ?? [])
  return {
    dataset,
    column: column ?? null,
    datasets: [...found.datasets].map(([name, columns]) => graph.describe(name, columns)),
    jobs: jobs.map(({ job, function: of, state, startedAt, endedAt, calls, problem }) => ({
      ...{ job, function: of, state, calls, problem },
      startedAt: startedAt?.toISOString() ?? null,
      endedAt: endedAt?.toISOString() ?? null,
    })),
    edges: jobs.flatMap(job => edgesOf(job, found.datasets)),
    columns: found.columns,
  }
}

type Found = {
  /** With those of its columns that are shown; undefined for all. */
  datasets: Map<string, string[] | undefined>
  jobs: Set<string>
  columns: Answer['columns']
}

function edgesOf(job: Job, datasets: Found['datasets']): Answer['edges'] {
  return (['reads', 'writes'] as const).flatMap(direction =>
    job[direction]
      .filter(({ dataset }) => datasets.has(dataset))
      .map(({ dataset, version = null }) => ({ job: job.job, dataset, direction, version })),
  )
}

function walkDatasets(graph: Graph, { dataset, direction, depth }: Question): Found {
  const found: Found = { datasets: new Map([[dataset, undefined]]), jobs: new Set(), columns: [] }
  const go = (jobsAt: Map<string, Job[]>, next: 'reads' | 'writes') => {
    const seen = new Set([dataset])
    let at = [dataset]
    for (let step = 0; step < depth && at.length > 0; step++) {
      const further: string[] = []
      for (const job of at.flatMap(name => jobsAt.get(name) ?? [])) {
        found.jobs.add(job.job)
        for (const { dataset: name } of job[next]) {
          found.datasets.set(name, undefined)
          if (!seen.has(name)) further.push(name)
          seen.add(name)
        }
      }
      at = further
    }
  }
  if (direction !== 'downstream') go(graph.writers, 'reads')
  if (direction !== 'upstream') go(graph.readers, 'writes')
  for (const name of found.jobs)
    for (const edge of columnEdges(graph.jobs.get(name)))
      if (found.datasets.has(edge.from.dataset) && found.datasets.has(edge.to.dataset))
        found.columns.push(edge)
  return found
}

function walkColumns(
  graph: Graph,
  { dataset, column, direction, depth }: Question & { column: string },
): Found {
  const all = [...graph.jobs.values()].flatMap(columnEdges)
  const into = Map.groupBy(all, ({ to }) => keyOf(to))
  const outOf = Map.groupBy(all, ({ from }) => keyOf(from))
  const places = new Map<string, Place>([[keyOf({ dataset, column }), { dataset, column }]])
  const edges = new Set<Answer['columns'][number]>()
  const jobs = new Set<string>()
  const go = (edgesAt: Map<string, Answer['columns']>, next: 'from' | 'to') => {
    const seen = new Set(places.keys())
    let at: Place[] = [{ dataset, column }]
    for (let step = 0; step < depth && at.length > 0; step++) {
      const further: Place[] = []
      for (const edge of at.flatMap(place => edgesAt.get(keyOf(place)) ?? [])) {
        edges.add(edge)
        jobs.add(edge.job)
        const key = keyOf(edge[next])
        places.set(key, edge[next])
        if (!seen.has(key)) further.push(edge[next])
        seen.add(key)
      }
      // An endpoint answers with whole rows.
      if (next === 'to')
        for (const { dataset } of at)
          for (const { job, writes } of graph.readers.get(dataset) ?? [])
            if (writes.length === 0) jobs.add(job)
      at = further
    }
  }
  if (direction !== 'downstream') go(into, 'from')
  if (direction !== 'upstream') go(outOf, 'to')
  const shown = Map.groupBy(places.values(), place => place.dataset)
  const datasets = [...shown].map(([name, own]): [string, string[]] => [name, own.map(place => place.column)])
  return { datasets: new Map(datasets), jobs, columns: [...edges] }
}

const keyOf = ({ dataset, column }: Place) => `${dataset}\n${column}`

function columnEdges(job: Job | undefined): Answer['columns'] {
  return (job?.writes ?? []).flatMap(({ dataset, columns = {} }) =>
    Object.entries(columns).flatMap(([column, origins]) =>
      origins.map(from => ({
        job: job?.job ?? '',
        from: { dataset: from.dataset, column: from.column },
        to: { dataset, column },
      })),
    ),
  )
}
