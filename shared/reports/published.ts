import { createHash } from 'node:crypto'
import pg from 'pg'
import { hasAccess, type Identity } from '../contract/index.ts'
import { NotFoundError } from '../errors/index.ts'
import { lookUpMarts, type MartRecord, makeRowRules, tableOf, unknownMart } from '../marts/index.ts'
import { listMetrics, type Metric } from '../metrics/index.ts'
import type { Query } from '../store/index.ts'
import { addDays } from '../text/index.ts'

/** The first and the last business date that there are data of: what "last month" is seen from. */
export type Clock = { first: string; today: string }

/** What is published, for callers who see the same rows. */
export type Published = {
  /** The publication, and what of it these callers see. */
  key: string
  /** What of the marts these callers see, whichever publication it is, as a hash. */
  rights: string
  /** All, also those whose marts the caller may not read. */
  metrics: Metric[]
  /** Those of the metrics and of their dimensions, by name. */
  marts: Map<string, MartRecord>
  mayRead(mart: string): boolean
  /** Of marts with a date and rows, which the caller may read. */
  clocks: Map<string, Clock>
}

/** A mart of rare events, such as returns, is seen from the last day of sales, if that is no further away. */
const NEAR_DAYS = 31
/** Publications and callers that are kept. */
const MAX_KEPT = 16
const kept = new Map<string, Published>()
/** What reports read besides the marts of metrics: who may not see its rows has another report. */
const OTHERS = ['agg_stock_coverage', 'set_aside']

/**
 * Read once for a publication and for callers who see the same rows.
 * @param field of the input, which cannot be answered before the first publication
 * @throws NotFoundError before the first publication
 */
export async function readPublished(query: Query, caller: Identity, field: string): Promise<Published> {
  const metrics = await listMetrics(query)
  if (metrics.length === 0)
    throw new NotFoundError('no metric has been published yet: that happens with the first marts', { field })
  const names = new Set(
    metrics.flatMap(({ mart, dimensions }) => [mart, ...dimensions.map(each => each.mart ?? mart)]),
  )
  const marts = await lookUpMarts(query, [...new Set([...names, ...OTHERS])])
  for (const name of names) if (!marts.has(name)) throw await unknownMart(query, name, caller, field)
  const { key, rights } = keysOf(marts, caller)
  const before = kept.get(key)
  if (before) return before
  const mayRead = (name: string) => hasAccess(caller, marts.get(name)?.access ?? 'operator')
  const own = metrics.filter(({ mart }) => mayRead(mart))
  const made = { key, rights, metrics, marts, mayRead, clocks: await readClocks(query, own, marts) }
  if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value ?? '')
  kept.set(key, made)
  return made
}

function keysOf(marts: Published['marts'], caller: Identity): Pick<Published, 'key' | 'rights'> {
  const each = [...marts.values()].map(mart => {
    const values: (string | string[])[] = []
    const rules = makeRowRules(mart.rowRules, caller, values)
    const rights = [mart.mart, hasAccess(caller, mart.access), rules, values]
    return { rights, build: [mart.schemaNumber, mart.builtAt] }
  })
  const rights = each.map(one => one.rights)
  return {
    key: JSON.stringify(each.map(one => [one.rights, one.build])),
    rights: createHash('sha256').update(JSON.stringify(rights)).digest('hex'),
  }
}

const quote = pg.escapeIdentifier

/**
 * First and last day of each mart. A date after its build is a slip, and no last day. Days are the shop's, whichever rows a
 * caller sees: "last month" is the same for all.
 */
async function readClocks(
  query: Query,
  metrics: Metric[],
  marts: Published['marts'],
): Promise<Map<string, Clock>> {
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
  const ends = new Map([...clocks].map(([mart, { today }]) => [mart, today]))
  for (const [mart, clock] of clocks) {
    const own = metrics.filter(metric => metric.mart === mart)
    const near = metrics
      .filter(
        other => other.at !== 'end' && own.some(metric => metric.at !== 'end' && shareEntity(metric, other)),
      )
      .map(other => ends.get(other.mart) ?? '')
      .filter(day => day > clock.today && day <= addDays(clock.today, NEAR_DAYS))
    clocks.set(mart, { ...clock, today: near.sort().at(-1) ?? clock.today })
  }
  return clocks
}

/** Sales and returns are of the same products; what people search for has days of its own. */
const shareEntity = (a: Metric, b: Metric) =>
  a.dimensions.some(({ mart }) => mart !== undefined && b.dimensions.some(other => other.mart === mart))
