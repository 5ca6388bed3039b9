/** Which report is shown, as an address asks for it. */

/** @import { Fact, WrittenSentence } from './answers.ts' */

export const KINDS = [
  ['sales-overview', 'Sales overview'],
  ['inventory-status', 'Inventory status'],
  ['client-segments', 'Client segments'],
  ['forecast-review', 'Forecast review'],
  ['data-health', 'State of the data'],
]
export const LANGUAGES = [
  ['en', 'English'],
  ['de', 'Deutsch'],
  ['fr', 'Français'],
  ['es', 'Español'],
]

const DATE = /^\d{4}-\d{2}-\d{2}$/

/** @param {URLSearchParams} params @param {string} name @param {string[][]} among the first of which is meant where it is none */
const oneOf = (params, name, among) =>
  among.find(([value]) => value === params.get(name))?.[0] ?? among[0]?.[0] ?? ''

/** What write-report is asked. @param {URLSearchParams} params @returns {Record<string, string>} */
export function readReport(params) {
  const dates = ['from', 'to'].flatMap(name => {
    const date = params.get(name) ?? ''
    return DATE.test(date) ? [[name, date]] : []
  })
  return {
    report: oneOf(params, 'report', KINDS),
    language: oneOf(params, 'language', LANGUAGES),
    ...Object.fromEntries(dates),
  }
}

/** Where it is to be had in a form. @param {Record<string, string>} question @param {string} format */
export const formAddress = (question, format) =>
  `/function/write-report?${new URLSearchParams({ ...question, format })}`

/**
 * A sentence in pieces: those that say a number, and what stands between them.
 *
 * @param {WrittenSentence} sentence
 * @returns {{ text: string, fact?: string }[]}
 */
export function splitSentence({ text, numbers }) {
  const pieces = []
  let at = 0
  for (const number of numbers) {
    const from = text.indexOf(number.text, at)
    if (from < 0) continue
    if (from > at) pieces.push({ text: text.slice(at, from) })
    pieces.push(number)
    at = from + number.text.length
  }
  return at < text.length ? [...pieces, { text: text.slice(at) }] : pieces
}

/** What a fact is of, such as "Revenue, category Bikes". @param {Fact} fact */
export const nameOf = ({ label, entity }) =>
  [label.replaceAll('_', ' '), ...entity.map(({ dimension, value }) => `${dimension} ${value}`)].join(', ')
