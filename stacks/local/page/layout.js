/** What is there in every view: how fresh search is, and whether the server answers. */
import { messageOf, NoAnswer } from './data/ask.js'
import { durationInWords, exactTime } from './data/format.js'
import { setText } from './parts/dom.js'

/** @import { Status } from './data/answers.ts' */

/** Beyond this something holds search up. */
const LATE_MS = 30_000

let answeredAt = 0

/** A place of index.html. @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const element = document.getElementById(id)
  if (!element) throw new Error(`index.html has no ${id}`)
  return element
}

/** @param {Status} status */
export function showLayout(status) {
  answeredAt = Date.now()
  byId('banner').hidden = true
  showPulse(status)
}

/** One figure for everything: how far search is behind the source. @param {Status} status */
function showPulse({ sources, tables }) {
  const lags = tables.flatMap(table => (table.consumer === 'index-products' ? table.lagMs : []))
  const isTroubled = sources.some(source => source.problem) || tables.some(table => table.problem)
  const isRead = lags.length > 0 && sources.every(source => source.state !== 'snapshot')
  const lagMs = isRead && !lags.includes(null) ? Math.max(...lags.map(Number)) : undefined
  if (isTroubled) setPulse('trouble', 'Something needs attention')
  else if (lagMs === undefined) setPulse('waiting', 'Reading the source…')
  else if (lagMs > LATE_MS) setPulse('trouble', `Search is ${durationInWords(lagMs)} behind the source`)
  else setPulse('live', `Live: search is ${durationInWords(lagMs)} behind the source`)
}

/** @param {'live' | 'waiting' | 'trouble'} state @param {string} text */
function setPulse(state, text) {
  byId('pulse').dataset.state = state
  setText(byId('pulse-text'), text)
}

/** @param {unknown} error why the last look at the status failed */
export function explainSilence(error) {
  const reason = error instanceof NoAnswer ? error.reason : 'unknown'
  if (reason === 'gone') {
    const since = answeredAt
      ? `The server has not answered since ${exactTime(answeredAt)}; what you see is from then.`
      : 'The server does not answer.'
    setBanner(
      `${since} This page keeps trying. If you stopped it, start it again with "make demo" or "npm start".`,
    )
    setPulse('trouble', 'No answer from the server')
  } else if (reason === 'starting') {
    setBanner('The server is starting, or waits for its database. This page keeps trying.')
    setPulse('waiting', 'Starting…')
  } else if (reason === 'sign_in') {
    setBanner(
      'This server asks for an access token for everything but search, and this page cannot sign in: call its functions from your own program.',
    )
    setPulse('waiting', 'Search only')
  } else {
    setBanner(`The page cannot show the status: ${messageOf(error)}`)
    setPulse('trouble', 'Something went wrong')
  }
}

/** @param {string} text */
function setBanner(text) {
  setText(byId('banner'), text)
  byId('banner').hidden = false
}
