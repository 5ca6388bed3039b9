import { ask } from './ask.js'
import { nextRunOf } from './attention.js'
import { byId, html, setText, svg } from './dom.js'
import { axisTicks, date, makeMoney, timeOfDay } from './format.js'

const WEEKS = 26
/** Enough for the weeks of as many categories as the picture can tell apart. */
const MOST_ROWS = 600
const CATEGORIES = 6
const WEEK_MS = 7 * 86_400_000
const HEIGHT = 260
const MARGIN = { top: 10, right: 2, bottom: 24, left: 62 }

let drawn

new ResizeObserver(() => {
  if (drawn) draw(drawn)
}).observe(byId('sales-picture'))

/** Before the first build there is nothing to draw: say so, and when there will be. */
export async function showSalesWaiting({ sources, tables, running }) {
  const next = await nextRunOf('build-warehouse')
  const isRunning = running.some(run => run.schedule.startsWith('build-warehouse/'))
  const isRead =
    tables.length > 0 &&
    sources.every(source => source.state !== 'snapshot') &&
    tables.every(table => table.lagMs !== null)
  setText(
    byId('sales-readout'),
    isRunning
      ? 'The tables for analysis are being built now; the picture follows in half a minute.'
      : `Nothing has been built yet. ${isRead ? 'The source has been read' : 'The source is being read'}; the tables for analysis are built ${next ? `at ${timeOfDay(next)}` : 'on schedule'}, in the demo also right after its start.`,
  )
}

/** Reads the last weeks of the mart and draws them. */
export async function loadSales({ builtAt }) {
  const answer = await ask('read-mart', {
    mart: 'agg_sales_weekly',
    orderBy: '-week_start',
    limit: MOST_ROWS,
  })
  if (answer.rows.length === 0) {
    setText(byId('sales-readout'), 'There are no sales yet.')
    return
  }
  drawn = toWeeks(answer)
  setText(byId('sales-note'), `built at ${timeOfDay(builtAt)}`)
  draw(drawn)
  showLegend(drawn)
  showTable(drawn)
}

/** Weeks in order, each with its amount per category; small categories beyond the sixth are taken together. */
function toWeeks({ rows, asOf }) {
  const currency = mostFrequent(rows.map(row => row.currency))
  const ours = rows.filter(row => row.currency === currency)
  const names = [...new Set(ours.map(row => String(row.week_start)))].sort().slice(-WEEKS)
  const recent = ours.filter(row => names.includes(String(row.week_start)))
  const totals = new Map()
  for (const row of recent) totals.set(row.category, (totals.get(row.category) ?? 0) + Number(row.amount))
  const ranked = [...totals].sort(([, a], [, b]) => b - a)
  const own = ranked.slice(0, ranked.length > CATEGORIES ? CATEGORIES - 1 : CATEGORIES).map(([name]) => name)
  const categories = ranked.length > CATEGORIES ? [...own, 'Other'] : own
  const weeks = names.map(start => {
    const amounts = new Map(categories.map(name => [name, 0]))
    for (const row of recent)
      if (String(row.week_start) === start) {
        const name = own.includes(row.category) ? row.category : 'Other'
        amounts.set(name, amounts.get(name) + Number(row.amount))
      }
    const total = [...amounts.values()].reduce((sum, amount) => sum + amount, 0)
    const end = Date.parse(`${start.slice(0, 10)}T00:00:00Z`) + WEEK_MS
    return { start, amounts, total, isPart: asOf.changedAt !== null && Date.parse(asOf.changedAt) < end }
  })
  return {
    weeks,
    categories,
    totals: categories.map(name => weeks.reduce((sum, week) => sum + week.amounts.get(name), 0)),
    money: makeMoney(currency),
  }
}

function mostFrequent(values) {
  const counts = new Map()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0]
}

function draw({ weeks, categories, money }) {
  const picture = byId('sales-picture')
  const width = Math.max(picture.clientWidth, 240)
  const ticks = axisTicks(Math.max(...weeks.map(week => week.total)))
  const top = ticks.at(-1)
  const inner = { width: width - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom }
  const y = value => MARGIN.top + inner.height * (1 - value / top)
  const step = inner.width / weeks.length
  const x = i => MARGIN.left + i * step

  const grid = ticks.flatMap(tick => [
    svg('line', {
      x1: MARGIN.left,
      x2: width - MARGIN.right,
      y1: y(tick),
      y2: y(tick),
      class: tick === 0 ? 'base' : 'grid',
    }),
    svg('text', { x: MARGIN.left - 8, y: y(tick) + 4, 'text-anchor': 'end' }, money.short(tick)),
  ])
  const columns = weeks.map((week, i) => {
    let reached = 0
    const parts = categories.map((name, at) => {
      const amount = week.amounts.get(name)
      const bottom = y(reached)
      reached += amount
      return svg('rect', {
        x: x(i) + step * 0.12,
        width: step * 0.76,
        y: y(reached),
        height: Math.max(0, bottom - y(reached)),
        class: `series-${at}`,
      })
    })
    const target = svg('rect', { x: x(i), y: MARGIN.top, width: step, height: inner.height, class: 'target' })
    const column = svg('g', { class: week.isPart ? 'week part' : 'week' }, ...parts, target)
    column.addEventListener('pointerenter', () => readOut(week))
    column.addEventListener('pointerdown', () => readOut(week))
    return column
  })
  const chart = svg(
    'svg',
    {
      width,
      height: HEIGHT,
      role: 'img',
      'aria-label': `Sales of ${weeks.length} weeks from ${date(weeks[0].start)} to ${date(weeks.at(-1).start)}, stacked by category. The table below has the numbers.`,
    },
    ...grid,
    ...columns,
    ...monthLabels(weeks, x, step),
  )
  chart.addEventListener('pointerleave', () => readOut(lastWhole(weeks)))
  picture.replaceChildren(chart)
  readOut(lastWhole(weeks))
}

/** A month's name under its first week, where there is room for it. */
function monthLabels(weeks, x, step) {
  let lastX = Number.NEGATIVE_INFINITY
  return weeks.flatMap((week, i) => {
    const at = new Date(`${week.start.slice(0, 10)}T00:00:00Z`)
    if (at.getUTCDate() > 7 && i > 0) return []
    if (at.getUTCDate() > 21 || x(i) - lastX < 44) return []
    lastX = x(i)
    const isYear = i === 0 || at.getUTCMonth() === 0
    const text = at.toLocaleDateString('en-GB', {
      month: 'short',
      timeZone: 'UTC',
      ...(isYear && { year: '2-digit' }),
    })
    const label = isYear ? text.replace(/ (\d\d)$/, ' ’$1') : text
    return svg('text', { x: x(i) + step * 0.12, y: HEIGHT - 6 }, label)
  })
}

const lastWhole = weeks => weeks.findLast(week => !week.isPart) ?? weeks.at(-1)

function readOut(week) {
  const { money, categories } = drawn
  const parts = categories
    .map(name => [name, week.amounts.get(name)])
    .filter(([, amount]) => amount > 0)
    .map(([name, amount]) => `${name} ${money.short(amount)}`)
  byId('sales-readout').replaceChildren(
    html('strong', {}, money.full(week.total)),
    ` in the week of ${date(week.start)}${week.isPart ? ', so far' : ''}`,
    html('span', { class: 'parts' }, parts.join(' · ')),
  )
}

function showLegend({ categories, totals, money }) {
  byId('sales-legend').replaceChildren(
    ...categories.map((name, i) =>
      html(
        'li',
        {},
        html('i', { class: `key series-${i}`, 'aria-hidden': 'true' }),
        name,
        html('span', { class: 'note' }, money.short(totals[i])),
      ),
    ),
  )
}

function showTable({ weeks, categories, money }) {
  byId('sales-table').hidden = false
  const head = html(
    'tr',
    {},
    html('th', { scope: 'col' }, 'Week of'),
    ...[...categories, 'All'].map(name => html('th', { scope: 'col', class: 'number' }, name)),
  )
  const rows = weeks
    .toReversed()
    .map(week =>
      html(
        'tr',
        {},
        html('th', { scope: 'row' }, `${date(week.start)}${week.isPart ? ' (so far)' : ''}`),
        ...[...categories.map(name => week.amounts.get(name)), week.total].map(amount =>
          html('td', { class: 'number' }, money.full(amount)),
        ),
      ),
    )
  byId('sales-rows').replaceChildren(
    html('caption', { class: 'hidden' }, 'Sales per week and category'),
    html('thead', {}, head),
    html('tbody', {}, ...rows),
  )
}
