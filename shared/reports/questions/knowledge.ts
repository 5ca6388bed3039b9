import pg from 'pg'
import type { Identity } from '../../contract/index.ts'
import { type MartRecord, makeRowRules, tableOf } from '../../marts/index.ts'
import type { Dimension, Metric } from '../../metrics/index.ts'
import type { Query } from '../../store/index.ts'
import { type Clock, type Published, readPublished } from '../published.ts'
import { CannotKnow } from './reading.ts'
import { makeTerms, type Terms } from './terms.ts'

/** What the published marts know for one caller: metrics, dimensions, their values, and which days there are. */
export type Knowledge = {
  terms: Terms
  /** Metrics whose marts the caller may read. */
  metrics: Metric[]
  /** @throws CannotKnow where the caller may not read the metric's mart */
  clockOf(metric: Metric): Clock
}

/** Values of one dimension that are known by name; of more, questions name none. */
const MAX_VALUES = 20_000
/** Publications and callers whose knowledge is kept. */
const MAX_KEPT = 16
const kept = new Map<string, Knowledge>()

/**
 * Read once for a publication and for callers who see the same rows.
 * @throws NotFoundError before the first publication
 */
export async function readKnowledge(query: Query, caller: Identity): Promise<Knowledge> {
  const published = await readPublished(query, caller, 'question')
  const known = kept.get(published.key)
  if (known) return known
  const made = await makeKnowledge(query, published, caller)
  if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value ?? '')
  kept.set(published.key, made)
  return made
}

async function makeKnowledge(
  query: Query,
  { metrics: all, marts, mayRead, clocks }: Published,
  caller: Identity,
): Promise<Knowledge> {
  const metrics = all.map(metric => ({
    ...metric,
    dimensions: metric.dimensions.filter(({ mart }) => mart === undefined || mayRead(mart)),
  }))
  const own = metrics.filter(({ mart }) => mayRead(mart))
  const dimensions = new Map(own.flatMap(metric => metric.dimensions).map(each => [each.name, each]))
  const values = new Map<string, string[]>()
  for (const dimension of dimensions.values()) {
    const of = [
      ...new Set(
        own
          .filter(each => each.dimensions.includes(dimension) || hasName(each, dimension))
          .map(each => each.mart),
      ),
    ]
    values.set(dimension.name, await readValues(query, dimension, { of, marts, caller }))
  }
  return {
    terms: makeTerms({ metrics, dimensions: [...dimensions.values()], values }),
    metrics: own,
    clockOf(metric) {
      const clock = clocks.get(metric.mart)
      if (!mayRead(metric.mart)) throw new CannotKnow('forbidden', metric.label, metric)
      if (!clock) throw new CannotKnow('no_data', metric.label, metric)
      return clock
    },
  }
}

const hasName = ({ dimensions }: Metric, { name }: Dimension) => dimensions.some(each => each.name === name)
const quote = pg.escapeIdentifier

/** Values of a dimension in the rows that the caller may see. */
async function readValues(
  query: Query,
  { mart, join, column }: Dimension,
  { of, marts, caller }: { of: string[]; marts: Published['marts']; caller: Identity },
): Promise<string[]> {
  const found = new Set<string>()
  const read = async (from: string, conditions: string[], values: (string | string[])[]) => {
    const where = [`d.${quote(column)} is not null`, ...conditions].join(' and ')
    const rows = await query<{ value: string }>(
      `select distinct d.${quote(column)}::text as value from ${from} where ${where} order by 1 limit ${MAX_VALUES + 1}`,
      values,
    )
    for (const { value } of rows) found.add(value)
  }
  const facts = of.flatMap(name => marts.get(name) ?? [])
  const isFree = (record: MartRecord) => makeRowRules(record.rowRules, caller, []).length === 0
  const joined = mart === undefined ? undefined : marts.get(mart)
  if (joined && isFree(joined) && facts.some(isFree)) await read(`${tableOf(joined)} as d`, [], [])
  else
    for (const fact of facts) {
      const values: (string | string[])[] = []
      const rules = makeRowRules(fact.rowRules, caller, values).map(rule => `m.${rule}`)
      if (!joined) {
        await read(
          `${tableOf(fact)} as d`,
          rules.map(rule => rule.replace(/^m\./, 'd.')),
          values,
        )
        continue
      }
      const own = makeRowRules(joined.rowRules, caller, values).map(rule => `d.${rule}`)
      const key = quote(join ?? '')
      await read(
        `${tableOf(fact)} as m join ${tableOf(joined)} as d on d.${key} = m.${key}`,
        [...rules, ...own],
        values,
      )
    }
  return found.size > MAX_VALUES ? [] : [...found].sort()
}
