/** What a forecast says of itself, in words. */
import { ageMs } from './clock.js'
import { count, dayAndTime, durationInWords, plural, units } from './format.js'

/** @import { Accuracy, ForecastAnswer } from './answers.ts' */
/** @import { Sum } from './forecast-sums.js' */
/** @import { ForecastDay } from './forecasts.js' */

/** Less is not worth a word. */
const LEAST_BIAS = 0.05

/** @param {Sum} sum */
export const bandInWords = ({ low, high }) => `8 times out of 10 from ${units(low)} to ${units(high)}`

/** How good earlier forecasts were. @param {Accuracy} accuracy */
export function accuracyInWords({ days, error, bias, inBand }) {
  if (days === 0) return 'Not known yet: no day has come that had been forecast.'
  if (error === null) return `Nothing was sold on the ${plural(days, 'day')} that had been forecast.`
  const off = `A day’s forecast was ${percent(error)} off over ${plural(days, 'day')}`
  const held =
    inBand === null ? '' : `, and on ${Math.round(inBand * 10)} of 10 days what was sold was in the band`
  return `${off}${held}.${biasInWords(bias)}`
}

/** @param {number | null} bias */
function biasInWords(bias) {
  if (bias === null || Math.abs(bias) < LEAST_BIAS) return ''
  return ` All together it was ${percent(Math.abs(bias))} too ${bias > 0 ? 'high' : 'low'}.`
}

/** Who saw those forecasts. @param {Accuracy} accuracy */
export function basisInWords({ days, served }) {
  if (days === 0 || served === days) return ''
  if (served === 0) return 'These forecasts are a back-test, of earlier days only: nobody had seen them.'
  return `On ${count(served)} of these days people had seen the forecast; the others are a back-test.`
}

/** What forecast it, and how fresh it is. @param {ForecastAnswer} answer */
export function modelInWords({ model, served, products, asOf }) {
  const methods = served.length > 3 ? `${served.length} methods` : served.join(', ').replaceAll('_', ' ')
  const by = `${plural(products, 'product')}, forecast by ${model.name}, version ${model.version} (${methods})`
  const sales = asOf.changedAt
    ? ` It knows every sale up to ${dayAndTime(asOf.changedAt)}, ${durationInWords(ageMs(asOf.changedAt))} ago.`
    : ''
  return `${by}, trained at ${dayAndTime(model.trainedAt)}.${sales}`
}

/** A day's numbers, its main one first. @param {ForecastDay} day @returns {[main: string, ...more: string[]]} */
export function dayInWords({ sold, mean, p10, p90, outOfStock }) {
  const band = p10 === null || p90 === null ? '' : `from ${units(p10)} to ${units(p90)}`
  if (sold === null) return [`${units(mean ?? 0)} expected`, `8 times out of 10 ${band}`]
  const said =
    mean === null
      ? 'nothing had been forecast for it'
      : `${units(mean)} had been forecast${band && `, ${band}`}`
  return [
    `${units(sold)} sold`,
    said,
    ...(outOfStock ? ['the stock ran out, so more may have been wanted'] : []),
  ]
}

const percent = (/** @type {number} */ share) => `${count(share * 100)} %`
