import { nameIn } from '../../metrics/index.ts'
import type { Fact, Statement } from '../facts.ts'
import { checkPast } from '../findings/check-past.ts'
import { findFindings } from '../findings/find-findings.ts'
import { readSales } from '../findings/read-sales.ts'
import { type Telling, tellEffects, tellFinding } from '../narrative/tell-findings.ts'
import { TEXTS } from '../narrative/texts/index.ts'
import { coveredOf, NOTHING_TOLD, note, type Order, type Part } from '../order.ts'
import { baseOf } from '../periods.ts'

/** Findings that a report tells of. */
const MOST_FINDINGS = 8

/** What has happened in sales: what the change is made of, and what moved more than chance makes likely. Of the whole shop only. */
export const findings: Part = async order => {
  const { query, caller, language, period, published, filters } = order
  const covered = coveredOf(published, 'fct_sale')
  const mayRead = ['fct_sale', 'dim_product', 'dim_territory'].every(published.mayRead)
  if (!covered || !mayRead || Object.keys(filters).length > 0) return NOTHING_TOLD
  const base = baseOf('previous', period, covered)
  if (!base) return { ...NOTHING_TOLD, statements: [note('no-base', TEXTS[language].noBase)] }
  const { sales, source } = await readSales(query, {
    ...{ period, base: base.period, first: covered.first, caller },
  })
  const labels = { revenue: nameOf(order, 'revenue'), price: nameOf(order, 'revenue_per_unit') }
  const [statements, facts]: [Statement[], Fact[]] = [[], []]
  const found = await checkPast(
    query,
    sales.map(({ history }) => findFindings(history).slice(0, MOST_FINDINGS)),
    { period, caller },
  )
  for (const [i, { history, effects }] of sales.entries()) {
    const telling: Telling = { ...{ language, period, base, labels, source }, currency: history.currency }
    const own = (found[i] ?? []).flatMap(each => tellFinding(each, telling) ?? [])
    // Of what there was nothing of before nothing has changed.
    const effect = history.total.base.orders > 0 ? [tellEffects(effects, telling)] : []
    for (const told of [...effect, ...own]) {
      statements.push(told.statement)
      facts.push(...told.facts)
    }
    if (own.length === 0)
      statements.push(note(`nothing-found/${history.currency}`, TEXTS[language].nothingFound))
  }
  return { statements, facts, charts: [] }
}

function nameOf({ published, language }: Order, name: string): string {
  const metric = published.metrics.find(each => each.name === name)
  return metric ? nameIn(metric, language) : name
}
