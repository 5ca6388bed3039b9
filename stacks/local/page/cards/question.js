import { ask } from '../data/ask.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeTrouble } from '../parts/notice.js'

/** @import { QuestionAnswer } from '../data/answers.ts' */

const EXAMPLES = ['revenue by category last month', 'top 5 products by units sold last quarter']

/** A question in words and its answer. @param {import('../views.js').Visit} visit */
export function questionCard({ params, signal, remember }) {
  const field = html('input', {
    ...{ type: 'search', name: 'question', maxlength: 1000, autocomplete: 'off', required: true },
    placeholder: EXAMPLES[0],
    'aria-label': 'Question',
  })
  field.value = params.get('question') ?? ''
  const answer = html('div', { class: 'answer', role: 'status' })
  const trouble = makeTrouble()
  const form = html(
    'form',
    {
      class: 'asking',
      /** @param {Event} event */
      onsubmit(event) {
        event.preventDefault()
        params.set('question', field.value)
        remember(params)
        void answerIt()
      },
    },
    field,
    html('button', { class: 'quiet' }, 'Ask'),
  )

  async function answerIt() {
    try {
      show(await ask('ask-report', { question: field.value }, signal))
      trouble.show(undefined)
    } catch (error) {
      if (!signal.aborted) trouble.show(error)
    }
  }

  /** @param {QuestionAnswer} given */
  function show({ narrative, reading, cannot, language }) {
    answer.lang = language
    if (cannot) answer.replaceChildren(html('p', {}, cannot.text), makeOthers(cannot.instead))
    else
      answer.replaceChildren(
        html('p', { class: 'narrative' }, narrative),
        html('p', { class: 'note' }, reading?.text),
      )
  }

  /** @param {string[]} questions */
  const makeOthers = questions =>
    html(
      'ul',
      { class: 'plain' },
      ...questions.map(question =>
        html(
          'li',
          {},
          html(
            'button',
            {
              ...{ type: 'button', class: 'quiet' },
              onclick() {
                field.value = question
                form.requestSubmit()
              },
            },
            question,
          ),
        ),
      ),
    )
  if (field.value) void answerIt()
  else setText(answer, '')
  if (!field.value) answer.replaceChildren(makeOthers(EXAMPLES))
  return makeCard(
    'Ask in words',
    { note: 'English, German, French or Spanish; no language model takes part' },
    form,
    trouble.element,
    answer,
  )
}
