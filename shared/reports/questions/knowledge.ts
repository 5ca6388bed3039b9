import pg from 'pg'
import { hasAccess, type Identity } from '../../contract/index.ts'
import { NotFoundError } from '../../errors/index.ts'
import { lookUpMart, type MartRecord, makeRowRules, tableOf } from '../../marts/index.ts'
import { type Dimension, listMetrics, type Metric } from '../../metrics/index.ts'
import type { Query } from '../../store/index.ts'
import { addDays } from './calendar.ts'
import type { Clock } from './periods.ts'
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
/** A mart of rare events, such as returns, is seen from the last day of the others, if that is no further away. */
const NEAR_DAYS = 31
/** Publications and callers whose knowledge is kept. */
const MAX_KEPT = 16
const kept = new Map<string, Knowledge>()

/**
 * Read once for a publication and for callers who see the same rows.
 * @throws NotFoundError before the first publication
 */
export async function readKnowledge(query: Query, caller: Identity): Promise<Knowledge> {
  const metrics = await listMetrics(query)
  if (metrics.length === 0)
    throw new NotFoundError('no metric has been published yet: that happens with the first marts', {
      field: 'question',
    })
  const marts = await readMarts(query, metrics, caller)
  const key = keyOf(marts, caller)
  const known = kept.get(key)
  if (known) return known
  const made = await makeKnowledge(query, metrics, { marts, caller })
  if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value ?? '')
  kept.set(key, made)
  return made
}

type Marts = Map<string, MartRecord>

/** All marts of the metrics and their dimensions, also those that the caller may not read. */
async function readMarts(query: Query, metrics: Metric[], caller: Identity): Promise<Marts> {
  const names = metrics.flatMap(({ mart, dimensions }) => [
    mart,
    ...dimensions.map(each => each.mart ?? mart),
  ])
  const marts: Marts = new Map()
  for (const name of new Set(names)) marts.set(name, await lookUpMart(query, name, caller, 'question'))
  return marts
}

/** A publication, and what of it a caller sees. */
function keyOf(marts: Marts, caller: Identity): string {
  const each = [...marts.values()].map(mart => {
    const values: (string | string[])[] = []
    const rules = makeRowRules(mart.rowRules, caller, values)
    return [mart.mart, mart.schemaNumber, mart.builtAt, hasAccess(caller, mart.access), rules, values]
  })
  return JSON.stringify(each)
}

async function makeKnowledge(
  query: Query,
  all: Metric[],
  { marts, caller }: { marts: Marts; caller: Identity },
): Promise<Knowledge> {
  const mayRead = (name: string) => hasAccess(caller, marts.get(name)?.access ?? 'operator')
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
  const clocks = await readClocks(query, own, marts)
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
  { of, marts, caller }: { of: string[]; marts: Marts; caller: Identity },
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

/**
 * First and last day of each mart. A date after its build is a slip, and no last day. Days are the shop's, whichever rows a
 * caller sees: "last month" is the same for all.
 */
async function readClocks(query: Query, metrics: Metric[], marts: Marts): Promise<Map<string, Clock>> {
  const clocks = new Map<string, Clock>()
  for (const { mart, date } of metrics) {
    const record = marts.get(mart)
    if (!record || date === undefined || clocks.has(mart)) continue
    const [row] = await query<{ first: string | null; today: string | null }>(
      `select min(${quote(date)})::date::text as first, max(${quote(date)})::date::text as today from ${tableOf(record)}
       where ${quote(date)} <= $1::date`,
      [addDays((record.changedAt ?? record.builtAt).toISOString().slice(0, 10), 1)],
    )
    if (row?.first && row.today) clocks.set(mart, { first: row.first, today: row.today })
  }
  const last = [...clocks.values()].map(({ today }) => today).sort()
  const stocks = new Set(metrics.filter(({ at }) => at === 'end').map(({ mart }) => mart))
  for (const [mart, clock] of clocks) {
    const near = last.filter(day => day > clock.today && day <= addDays(clock.today, NEAR_DAYS)).at(-1)
    if (near && !stocks.has(mart)) clocks.set(mart, { ...clock, today: near })
  }
  return clocks
}
