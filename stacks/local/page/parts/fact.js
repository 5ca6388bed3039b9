import { date, dayAndTime } from '../data/format.js'
import { nameOf } from '../data/reports.js'
import { html } from './dom.js'

/** @import { Fact } from '../data/answers.ts' */

/** A number as it is: of what, of when, exactly how much, and from where. @param {Fact} fact */
export function makeFact(fact) {
  const { value, unit, currency, period, base, source } = fact
  const isRatio = unit === 'ratio'
  const parts = [
    ['Of', nameOf(fact)],
    ['From', period.from === period.to ? date(period.from) : `${date(period.from)} to ${date(period.to)}`],
    ...(base ? [['Compared with', baseOf(base)]] : []),
    ['Exactly', `${value} ${isRatio ? '(1 is 100 %)' : (currency ?? unit)}`],
    ['Read from', `${source.mart}, built at ${dayAndTime(source.builtAt)}`],
  ]
  return html(
    'div',
    { class: 'fact' },
    html('dl', {}, ...parts.flatMap(([name, text]) => [html('dt', {}, name), html('dd', {}, text)])),
    source.rows && html('p', {}, html('a', { href: rowsHref(source.rows) }, 'The rows that it is made of')),
    html('details', {}, html('summary', {}, 'SQL'), html('pre', { tabindex: 0 }, source.sql)),
  )
}

/** @param {NonNullable<Fact['source']['rows']>} rows */
const rowsHref = ({ mart, filters }) =>
  `/data?${new URLSearchParams({ mart, filters: JSON.stringify(filters) })}`

/** @param {NonNullable<Fact['base']>} base */
const baseOf = ({ kind, period }) =>
  kind === 'forecast' ? 'what was forecast' : `${date(period.from)} to ${date(period.to)}`
