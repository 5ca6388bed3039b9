import type { Entity } from '../facts.ts'
import { countOf, formatMoment } from '../narrative/formats.ts'
import { TEXTS } from '../narrative/texts/index.ts'
import { note, type Order, type Part } from '../order.ts'
import { openMart } from './read-mart.ts'
import { makeTeller } from './teller.ts'

/** Failed checks and groups of values that a report names. */
const MOST = 8

type Check = { name: string; description: string; observed: string | null; state: string }

/** How the last checks ended: those that failed by name. */
export const checks: Part = async order => {
  const rows = await order.query<Check>(
    `select check_name as name, description, observed, state from ops.quality_result
     where run_id = (select max(run_id) from ops.quality_run) order by check_name`,
  )
  const teller = tellerOf(order, 'ops.quality_result')
  const { health } = TEXTS[order.language]
  const changedAt = order.published.marts.values().next().value?.changedAt
  if (changedAt) teller.tell('up-to', health.upTo(formatMoment(changedAt.toISOString(), order.language)), [])
  if (rows.length > 0) {
    const passed = teller.count('checks_passed', rows.filter(({ state }) => state === 'passed').length)
    const all = teller.count('checks', rows.length)
    teller.tell('checks', health.checks(passed.text, all.text), [passed.fact, all.fact])
  }
  for (const { name, description, observed } of rows.filter(({ state }) => state === 'failed').slice(0, MOST))
    teller.tell(`check/${name}`, health.failed(name, observed ?? description), [])
  return teller.told()
}

/** Values that no model could use, and changes that could not be taken. */
export const leftOut: Part = async order => {
  const { query, caller, language } = order
  const { health } = TEXTS[language]
  const mart = await openMart(query, 'set_aside', caller)
  const groups = mart
    ? await query<{ table: string; column: string; reason: string; rows: number }>(
        `select m.source_table as table, m.column_name as column, m.reason, count(*)::int as rows from ${mart.table} as m
         ${mart.rules.length > 0 ? `where ${mart.rules.join(' and ')}` : ''} group by 1, 2, 3 order by 4 desc, 1, 2, 3`,
        mart.values,
      )
    : []
  const [parked] = await query<{ count: number }>('select count(*)::int as count from ops.parked')
  const teller = tellerOf(order, 'set_aside')
  if (groups.length > 0) {
    const all = teller.count(
      'values_set_aside',
      groups.reduce((sum, { rows }) => sum + rows, 0),
    )
    teller.tell('set-aside', health.setAside(all), [all.fact])
    for (const { table, column, reason, rows } of groups.slice(0, MOST)) {
      const own = teller.count('values_set_aside', rows, [
        { dimension: 'table', value: table },
        { dimension: 'column', value: column },
        { dimension: 'reason', value: reason },
      ])
      teller.tell(
        `set-aside/${table}/${column}/${reason}`,
        health.setAsideOf(table, column, reason, own.text),
        [own.fact],
      )
    }
  }
  if (parked && parked.count > 0) {
    const all = teller.count('changes_parked', parked.count)
    teller.tell('parked', health.parked(all), [all.fact])
  }
  const told = teller.told()
  return told.statements.length > 0
    ? told
    : { ...told, statements: [note('nothing-left-out', health.nothing)] }
}

/** Of the report's period: these are of the moment, and no sums over days. */
function tellerOf({ language, period, published }: Order, mart: string) {
  const any = published.marts.values().next().value
  const source = {
    ...{ mart, sql: `select * from ${mart.includes('.') ? mart : `mart.${mart}`}` },
    builtAt: (any?.builtAt ?? new Date(0)).toISOString(),
    position: any?.position ?? null,
  }
  const teller = makeTeller('data', { period, source })
  return {
    ...teller,
    count(metric: string, count: number, entity: Entity[] = []) {
      const fact = teller.fact({ metric, value: String(count), unit: 'count', entity })
      return { fact, ...countOf(count, language) }
    },
  }
}
