/** What is forecast, as an address asks for it and as the parts take it. */
import { ask, NoAnswer } from './ask.js'
import { watchStatus } from './status.js'

/** @import { Answers, ForecastAnswer, Status } from './answers.ts' */
/** What is shown: one of them, or the whole shop. @typedef {{ productId?: string, category?: string, subcategory?: string }} Scope */
/**
 * A day of the past, with what was sold and what was forecast for it where that is known; or a coming one.
 *
 * @typedef {object} ForecastDay
 * @property {string} date
 * @property {number | null} sold
 * @property {boolean} outOfStock
 * @property {number | null} mean
 * @property {number | null} p10
 * @property {number | null} p90
 */

export const HORIZONS = [7, 28, 90]
/** Three months of what was. */
const HISTORY_DAYS = 91
const MART = 'mart_forecast_product_day'
const RETRY_MS = 2000

/** @param {URLSearchParams} params @returns {Scope} a product before a category, for it has one */
export function readScope(params) {
  const productId = params.get('product')
  if (productId) return { productId }
  const category = params.get('category')
  const subcategory = params.get('subcategory')
  return { ...(category && { category }), ...(subcategory && { subcategory }) }
}

/** A scope as an option's value: `category:Bikes`, and nothing for all. @param {Scope} scope */
export const toValue = ({ category, subcategory }) =>
  subcategory ? `subcategory:${subcategory}` : category ? `category:${category}` : ''

/** @param {string} value @returns {Scope} */
export function fromValue(value) {
  const at = value.indexOf(':')
  const name = value.slice(0, Math.max(0, at))
  return name === 'category' || name === 'subcategory' ? { [name]: value.slice(at + 1) } : {}
}

/** @param {URLSearchParams} params */
export const readHorizon = params => HORIZONS.find(days => String(days) === params.get('days')) ?? 28

/** What forecast-demand is asked. @param {URLSearchParams} params */
export function questionOf(params) {
  const territory = params.get('territory')
  return {
    ...readScope(params),
    ...(territory && { territory }),
    // The next four weeks are always summed up.
    horizonDays: Math.max(28, readHorizon(params)),
    historyDays: HISTORY_DAYS,
  }
}

/**
 * Past days and as many coming ones, in order.
 *
 * @param {ForecastAnswer} answer
 * @param {number} horizon
 * @returns {ForecastDay[]}
 */
export const toDays = ({ history, forecast }, horizon) => [
  ...history.map(({ date, quantity, outOfStock, forecast: mean, p10, p90 }) => ({
    ...{ date, outOfStock, mean, p10, p90 },
    sold: quantity,
  })),
  ...forecast.slice(0, horizon).map(({ date, quantity, p10, p90 }) => ({
    ...{ date, p10, p90, sold: null, outOfStock: false },
    mean: quantity,
  })),
]

/**
 * Asks now and after each scoring. What is refused is asked again once forecasts or jobs have changed; a call that failed, soon.
 *
 * @template {'forecast-demand' | 'plan-orders'} Name
 * @param {Name} name
 * @param {object} input
 * @param {object} hooks
 * @param {AbortSignal} hooks.signal ends it
 * @param {(answer: Answers[Name]) => void} hooks.show
 * @param {(error: unknown) => void} hooks.explain gets the failure, and undefined once an answer has come
 */
export function followForecasts(name, input, { signal, show, explain }) {
  /** @type {string | undefined} */
  let shown
  let triedAt = 0
  /** @param {string} scored */
  const read = async scored => {
    triedAt = Date.now()
    try {
      const answer = await ask(name, input, signal)
      if (signal.aborted) return
      shown = scored
      explain(undefined)
      show(answer)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof NoAnswer && error.isFinal) shown = scored
      explain(error)
    }
  }
  watchStatus(status => {
    const scored = scoringOf(status)
    if (scored !== shown && Date.now() - triedAt > RETRY_MS) void read(scored)
  }, signal)
}

/** Another text after each scoring, which may be of the build of the one before. @param {Status} status */
function scoringOf({ marts, jobs }) {
  const ended = jobs.flatMap(job =>
    job.function === 'score-forecast' && job.finishedAt ? job.finishedAt : [],
  )
  return `${marts.find(({ mart }) => mart === MART)?.builtAt} ${ended.sort().at(-1)}`
}
