import { NotFoundError } from '../errors/index.ts'
import type { Query } from '../store/index.ts'
import { type Metric, metricSchema } from './definition.ts'

/** Every metric of the published build, by name. */
export async function listMetrics(query: Query): Promise<Metric[]> {
  const rows = await query<{ definition: unknown }>('select definition from ops.metric order by metric')
  return rows.map(({ definition }) => metricSchema.parse(definition))
}

const fold = (text: string) =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[_\s]+/g, ' ')

/** Those that a word means: by name, label or synonym, without regard to case. */
export function findByWord<Named extends { name: string; label: string; synonyms: string[] }>(
  named: Named[],
  word: string,
): Named | undefined {
  const wanted = fold(word)
  return (
    named.find(({ name }) => fold(name) === wanted) ??
    named.find(({ label, synonyms }) => [label, ...synonyms].some(each => fold(each) === wanted))
  )
}

/** @throws NotFoundError with the names there are */
export async function findMetric(query: Query, word: string): Promise<Metric> {
  const metrics = await listMetrics(query)
  const found = findByWord(metrics, word)
  if (found) return found
  const known =
    metrics.length > 0
      ? `there are ${metrics.map(({ name }) => name).join(', ')}`
      : 'none has been published yet: that happens with the first marts'
  throw new NotFoundError(`no metric ${JSON.stringify(word)}: ${known}`, { field: 'metric' })
}
