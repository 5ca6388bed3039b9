import { NotFoundError } from '../../../shared/errors/index.ts'
import type { Graph } from './graph.ts'

const MAX_SHOWN = 10

/** @throws NotFoundError with names that are like it */
export function findDataset({ names }: Graph, dataset: string): string {
  if (names.includes(dataset)) return dataset
  const near = findNear(names, dataset)
  const known =
    names.length === 0
      ? 'nothing has been read or written yet'
      : near.length > 0
        ? `did you mean ${near.join(', ')}?`
        : 'without "dataset" the answer lists all'
  throw new NotFoundError(`there is no dataset ${JSON.stringify(dataset)}: ${known}`, { field: 'dataset' })
}

/** @throws NotFoundError with the columns that there are */
export function findColumn(graph: Graph, dataset: string, column: string): string {
  const columns = graph.columnsOf(dataset)
  if (columns.includes(column)) return column
  const known =
    columns.length > 0 ? `there are ${columns.slice(0, 100).join(', ')}` : 'its columns are not known'
  throw new NotFoundError(`${dataset} has no column ${JSON.stringify(column)}: ${known}`, { field: 'column' })
}

/** Names that have the same last word, or that hold the text, or of which it holds the last word. */
function findNear(names: string[], given: string): string[] {
  const last = (name: string) => name.split('.').at(-1)?.toLowerCase() ?? ''
  const wanted = last(given)
  if (wanted === '') return []
  const rank = (name: string) =>
    last(name) === wanted ? 2 : last(name).includes(wanted) || wanted.includes(last(name)) ? 1 : 0
  return names
    .filter(name => rank(name) > 0)
    .sort((a, b) => rank(b) - rank(a))
    .slice(0, MAX_SHOWN)
}
