import { KINDS, LANGUAGES, readReport } from '../data/reports.js'
import { html } from '../parts/dom.js'
import { makeField } from '../parts/field.js'

/**
 * Which report, of when, and in which language.
 *
 * @param {URLSearchParams} params
 * @param {(changed: Record<string, string>) => void} change told what was chosen; an empty value takes one away
 */
export function reportChoice(params, change) {
  const question = readReport(params)
  /** @param {string} label @param {string} name @param {string[][]} options */
  const select = (label, name, options) => {
    const control = html(
      'select',
      {
        onchange() {
          change({ [name]: control.value })
        },
      },
      ...options.map(([value, text]) => html('option', { value }, text)),
    )
    control.value = question[name] ?? ''
    return makeField(label, control)
  }
  /** @param {string} label @param {string} name */
  const day = (label, name) => {
    const control = html('input', {
      ...{ type: 'date', value: question[name] },
      onchange() {
        if (control.reportValidity()) change({ [name]: control.value })
      },
    })
    return makeField(label, control)
  }
  return html(
    'section',
    { class: 'search', 'aria-label': 'Which report' },
    html(
      'div',
      { class: 'fields' },
      select('Report', 'report', KINDS),
      day('From', 'from'),
      day('To', 'to'),
      select('Language', 'language', LANGUAGES),
    ),
    html('p', { class: 'note' }, 'Without dates it is of the last whole month.'),
  )
}
