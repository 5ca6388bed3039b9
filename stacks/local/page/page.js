import { ask, setServerTime } from './ask.js'
import { showAttention } from './attention.js'
import { showCommands } from './commands.js'
import { byId, setText } from './dom.js'
import { durationInWords, exactTime } from './format.js'
import { showMarts, showTables } from './freshness.js'
import { loadSales, showSalesWaiting } from './sales.js'
import { startSearch } from './search.js'

const LOOK_EVERY_MS = 1000

let lastAnswerAt
let salesBuiltAt

startSearch()
showCommands()
void look()

/** Looks at the status once a second; a page in the background rests. */
async function look() {
  for (;;) {
    if (!document.hidden) await lookOnce().catch(explainSilence)
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

async function lookOnce() {
  const status = await ask('show-status')
  setServerTime(status.at)
  lastAnswerAt = Date.now()
  byId('banner').hidden = true
  showPulse(status)
  showTables(status)
  showMarts(status)
  showAttention(status)
  const sales = status.marts.find(mart => mart.mart === 'agg_sales_weekly')
  if (!sales) await showSalesWaiting(status)
  else if (sales.builtAt !== salesBuiltAt) {
    await loadSales(sales)
    salesBuiltAt = sales.builtAt
  }
}

/** One figure for everything: how far search is behind the source. */
function showPulse({ sources, tables }) {
  const indexed = tables.filter(table => table.consumer === 'index-products')
  const troubled = sources.some(source => source.problem) || tables.some(table => table.problem)
  const isRead = sources.every(source => source.state !== 'snapshot')
  const known = isRead && indexed.length > 0 && indexed.every(table => table.lagMs !== null)
  const lagMs = known ? Math.max(...indexed.map(table => table.lagMs)) : undefined
  if (troubled) setPulse('trouble', 'Something needs attention')
  else if (lagMs === undefined) setPulse('waiting', 'Reading the source…')
  else if (lagMs > 30_000) setPulse('trouble', `Search is ${durationInWords(lagMs)} behind the source`)
  else setPulse('live', `Live: search is ${durationInWords(lagMs)} behind the source`)
}

function setPulse(state, text) {
  byId('pulse').dataset.state = state
  setText(byId('pulse-text'), text)
}

function explainSilence(error) {
  const banner = byId('banner')
  if (error.reason === 'gone') {
    const since = lastAnswerAt
      ? `The server has not answered since ${exactTime(lastAnswerAt)}; what you see is from then.`
      : 'The server does not answer.'
    setText(
      banner,
      `${since} This page keeps trying. If you stopped it, start it again with "make demo" or "npm start".`,
    )
    setPulse('trouble', 'No answer from the server')
  } else if (error.reason === 'starting') {
    setText(banner, 'The server is starting, or waits for its database. This page keeps trying.')
    setPulse('waiting', 'Starting…')
  } else if (error.reason === 'sign_in') {
    setText(
      banner,
      'This server asks for an access token for everything but search, and this page cannot sign in: call its functions from your own program.',
    )
    setPulse('waiting', 'Search only')
  } else {
    setText(banner, `The page cannot show the status: ${error.message}`)
    setPulse('trouble', 'Something went wrong')
  }
  banner.hidden = false
}
