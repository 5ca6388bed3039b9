/** What is to be ordered, as an address asks for it. */
import { fromValue, readScope } from './forecasts.js'

/** @import { Scope } from './forecasts.js' */
/** A control of the plan: what it is called in the address, and what it may be. @typedef {{ name: string, min: number, max: number, step: string, usual: number }} Term */

/** In percent. @type {Term} */
export const SERVICE = { name: 'service', min: 50, max: 99.9, step: '0.1', usual: 95 }
/** Days from an order to its delivery. @type {Term} */
export const LEAD = { name: 'lead', min: 1, max: 90, step: '1', usual: 7 }

const FIRST_ORDERS = 20
/** The most that plan-orders answers. */
export const MOST_ORDERS = 10_000

/** @param {URLSearchParams} params @param {Term} term what is no such number is the usual one */
export function readTerm(params, { name, min, max, step, usual }) {
  const text = params.get(name) ?? ''
  const value = Number(text)
  const isAllowed =
    text.trim() !== '' && value >= min && value <= max && (step !== '1' || Number.isInteger(value))
  return isAllowed ? value : usual
}

/** @param {URLSearchParams} params */
export const termsOf = params => ({
  serviceLevel: Math.round(readTerm(params, SERVICE) * 10) / 1000,
  leadTimeDays: readTerm(params, LEAD),
})

/** Of what orders are listed: what was chosen for them, or the category that is shown. @param {URLSearchParams} params @returns {Scope} */
export function orderScope(params) {
  const own = params.get('orders')
  if (own !== null) return fromValue(own)
  const { category, subcategory } = readScope(params)
  return { ...(category && { category }), ...(subcategory && { subcategory }) }
}

/** @param {URLSearchParams} params */
export function readOrderLimit(params) {
  const shown = Number(params.get('show'))
  return Number.isInteger(shown) && shown > 0 ? Math.min(shown, MOST_ORDERS) : FIRST_ORDERS
}

/** Where the same list is a file. @param {URLSearchParams} params */
export function csvAddress(params) {
  const { serviceLevel, leadTimeDays } = termsOf(params)
  const asked = {
    ...orderScope(params),
    serviceLevel: String(serviceLevel),
    leadTimeDays: String(leadTimeDays),
    limit: String(MOST_ORDERS),
    format: 'csv',
  }
  return `/function/plan-orders?${new URLSearchParams(asked)}`
}
