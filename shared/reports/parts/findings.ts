import type { Fact, Statement } from '../facts.ts'
import { findFindings } from '../findings/find-findings.ts'
import { readSales } from '../findings/read-sales.ts'
import { type Telling, tellEffects, tellFinding } from '../narrative/tell-findings.ts'
import { TEXTS } from '../narrative/texts/index.ts'
import { coveredOf, labelOf, NOTHING_TOLD, note, type Order, type Part } from '../order.ts'
import { baseOf } from '../periods.ts'

/** Findings that a report tells of. */
const MOST_FINDINGS = 8

/** What has happened in sales: what the change is made of, and what moved more than chance makes likely. Of the whole shop only. */
export const findings: Part = async order => {
  const { query, caller, language, period, published, filters } = order
  const covered = coveredOf(published, 'fct_sale')
  if (!covered || Object.keys(filters).length > 0) return NOTHING_TOLD
  const base = baseOf('previous', period, covered)
  if (!base) return { ...NOTHING_TOLD, statements: [note('no-base', TEXTS[language].noBase)] }
  const { sales, source } = await readSales(query, {
    ...{ period, base: base.period, first: covered.first, caller },
  })
  const labels = { revenue: nameOf(order, 'revenue'), price: nameOf(order, 'revenue_per_unit') }
  const [statements, facts]: [Statement[], Fact[]] = [[], []]
  for (const { history, effects } of sales) {
    const telling: Telling = { ...{ language, period, base, labels, source }, currency: history.currency }
    const found = findFindings(history).slice(0, MOST_FINDINGS)
    for (const told of [tellEffects(effects, telling), ...found.map(each => tellFinding(each, telling))]) {
      statements.push(told.statement)
      facts.push(...told.facts)
    }
    if (found.length === 0)
      statements.push(note(`nothing-found/${history.currency}`, TEXTS[language].nothingFound))
  }
  return { statements, facts, charts: [] }
}

function nameOf({ published, language }: Order, name: string): string {
  const metric = published.metrics.find(each => each.name === name)
  return metric ? labelOf(metric, language) : name
}
