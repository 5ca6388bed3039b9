import { ageMs } from './ask.js'
import { byId, html, setText, showList, svg } from './dom.js'
import { count, duration, exactTime, plural, timeOfDay } from './format.js'

/** Ages up to which a table counts as fresh, and beyond which something holds it up. */
const FRESH_MS = 5000
const STALE_MS = 30_000
const SECONDS_SHOWN = 60
const BAR_WIDTH = 2
const CHART_HEIGHT = 18

/** The two that every table's freshness is told for. */
const CONSUMERS = { 'index-products': 'search', 'land-changes': 'lake' }

/** Changes read per second, by topic, the newest last. */
const activity = new Map()

const stateOf = lagMs =>
  lagMs === null || lagMs === undefined
    ? 'waiting'
    : lagMs <= FRESH_MS
      ? 'fresh'
      : lagMs <= STALE_MS
        ? 'late'
        : 'stale'

/** Tables of all sources with what each consumer has read of them. */
function tablesOf(status) {
  const byTopic = new Map()
  const beingRead = new Set(
    status.sources.filter(({ state }) => state === 'snapshot').map(({ system }) => system),
  )
  for (const row of status.tables) {
    const table = byTopic.get(row.topic) ?? { topic: row.topic }
    // While an initial snapshot runs nobody can say that nothing is missing.
    const lagMs = beingRead.has(row.topic.split('.')[1]) ? null : row.lagMs
    table[CONSUMERS[row.consumer] ?? row.consumer] = { ...row, lagMs }
    byTopic.set(row.topic, table)
  }
  return [...byTopic.values()]
}

export function showTables(status) {
  const tables = tablesOf(status)
  const severalSources = new Set(tables.map(table => table.topic.split('.')[1])).size > 1
  if (tables.length === 0) return
  showList(
    byId('tables'),
    tables,
    table => table.topic,
    makeRow,
    (row, table) => {
      const [, system, ...name] = table.topic.split('.')
      const rows = Math.max(table.lake?.rows ?? 0, table.search?.rows ?? 0)
      const [head, changes, chart, search, lake] = row.children
      setText(head, severalSources ? `${system} · ${name.join('.')}` : name.join('.'))
      setText(changes, count(rows))
      drawActivity(chart.firstElementChild, noteActivity(table.topic, rows))
      showLag(search, table.search, 'not searched')
      showLag(lake, table.lake, 'not kept')
    },
  )
}

function makeRow() {
  const chart = svg('svg', {
    width: SECONDS_SHOWN * BAR_WIDTH,
    height: CHART_HEIGHT,
    class: 'bars',
    'aria-hidden': 'true',
  })
  return html(
    'tr',
    {},
    html('th', { scope: 'row' }),
    html('td', { class: 'number' }),
    html('td', { class: 'activity' }, chart),
    html('td', { class: 'number' }),
    html('td', { class: 'number' }),
  )
}

function showLag(cell, consumer, whenNone) {
  if (!consumer) {
    cell.dataset.state = 'none'
    setText(cell, '–')
    cell.title = whenNone
    return
  }
  const { lagMs, eventsBehind, changedAt, problem } = consumer
  cell.dataset.state = problem ? 'stale' : stateOf(lagMs)
  setText(cell, problem ? 'waits' : lagMs === null ? 'reading…' : duration(lagMs))
  cell.title = [
    problem ?? (changedAt ? `complete up to ${exactTime(changedAt)}` : 'the initial snapshot runs'),
    eventsBehind > 0 ? `${plural(eventsBehind, 'change')} on the way` : '',
  ]
    .filter(Boolean)
    .join('; ')
}

function noteActivity(topic, rows) {
  const known = activity.get(topic) ?? { rows, seconds: [] }
  known.seconds.push(Math.max(0, rows - known.rows))
  if (known.seconds.length > SECONDS_SHOWN) known.seconds.shift()
  known.rows = rows
  activity.set(topic, known)
  return known.seconds
}

/** A bar for each second; heights by the square root, so that single changes are seen beside bursts. */
function drawActivity(chart, seconds) {
  const top = Math.sqrt(Math.max(4, ...seconds))
  const bars = seconds.map((changes, i) => {
    const height = changes === 0 ? 1 : Math.max(3, (Math.sqrt(changes) / top) * CHART_HEIGHT)
    return svg('rect', {
      x: (SECONDS_SHOWN - seconds.length + i) * BAR_WIDTH,
      y: CHART_HEIGHT - height,
      width: BAR_WIDTH - 0.5,
      height,
      class: changes === 0 ? 'idle' : 'busy',
    })
  })
  chart.replaceChildren(...bars)
}

export function showMarts({ marts }) {
  if (marts.length === 0) return
  const newest = marts
    .map(mart => mart.builtAt)
    .sort()
    .at(-1)
  setText(byId('marts-note'), `built ${duration(ageMs(newest))} ago, at ${timeOfDay(newest)}`)
  showList(
    byId('marts'),
    marts,
    mart => mart.mart,
    () =>
      html(
        'tr',
        {},
        html('th', { scope: 'row' }),
        ...Array.from({ length: 3 }, () => html('td', { class: 'number' })),
      ),
    (row, mart) => {
      const [name, rows, built, upTo] = row.children
      setText(name, mart.mart)
      setText(rows, count(mart.rows))
      setText(built, timeOfDay(mart.builtAt))
      setText(upTo, mart.changedAt ? `${duration(ageMs(mart.changedAt))} ago` : 'not known')
    },
  )
}
