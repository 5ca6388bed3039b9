import { messageOf } from '../data/ask.js'
import { html, setText } from './dom.js'

/** @import { Child, Part } from './dom.js' */

/**
 * What is wrong, why, and what to do.
 *
 * @param {...Child} actions
 * @returns {Part<{ text: string, detail: string }>}
 */
export function makeNotice(...actions) {
  const what = html('p', { class: 'what' })
  const why = html('p', { class: 'why' })
  return {
    element: html('li', {}, html('div', {}, what, why), ...actions),
    show({ text, detail }) {
      setText(what, text)
      setText(why, detail)
    },
  }
}

/**
 * A name and what is said of it.
 *
 * @returns {Part<{ name: string, text: string }>}
 */
export function makeEntry() {
  const what = html('span', { class: 'what' })
  const why = html('span', { class: 'why' })
  return {
    element: html('li', {}, what, why),
    show({ name, text }) {
      setText(what, name)
      setText(why, text)
    },
  }
}

/**
 * Says that an answer did not come; earlier content stays.
 *
 * @returns {Part<unknown>}
 */
export function makeTrouble() {
  const element = html('p', { class: 'trouble', role: 'status' })
  return {
    element,
    show: error => setText(element, error === undefined ? '' : `This could not be read: ${messageOf(error)}`),
  }
}
