import { html, markRanges } from './dom.js'

/** @import { Ranges } from '../data/answers.ts' */
/** @import { Source } from '../data/suggestions.js' */

/** Shorter than between two keys of most: a suggestion that comes late is none. */
const TYPING_MS = 40

/**
 * The field that is searched by, with suggestions below it: an editable combobox with a list, as the ARIA Authoring
 * Practices describe it. Arrow keys go through the list, Enter takes what is active, Escape closes.
 *
 * @template {{ text: string, ranges: Ranges }} Found
 * @param {object} hooks
 * @param {string} hooks.query
 * @param {Source<Found>} hooks.source of the suggestions
 * @param {(query: string) => void} hooks.type told each change of the text
 * @param {(suggestion: Found) => void} hooks.choose
 * @param {string} [hooks.label]
 * @param {string} [hooks.placeholder]
 */
export function makeCombobox({
  query,
  source,
  type,
  choose,
  label = 'Search products',
  placeholder = 'Words, or a product number',
}) {
  /** @type {Found[]} */
  let shown = []
  let active = -1
  /** @type {number | undefined} */
  let typing
  let inFlight = new AbortController()
  /** Suggestions for what was typed are on their way. */
  let isAwaited = false

  const list = html('ul', { id: 'suggestions', role: 'listbox', 'aria-label': 'Suggestions', hidden: true })
  const input = html('input', {
    id: 'query',
    type: 'search',
    name: 'q',
    maxlength: 1000,
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    enterkeyhint: 'search',
    placeholder,
    'aria-label': label,
    role: 'combobox',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': 'suggestions',
    oninput() {
      type(input.value)
      // What was active belongs to another text.
      activate(-1)
      clearTimeout(typing)
      inFlight.abort()
      isAwaited = true
      typing = setTimeout(suggest, TYPING_MS)
    },
    onkeydown: press,
    onblur: close,
  })
  input.value = query

  /** @param {number} [first] what is active at first: none, or by its place, the last being -1 */
  async function suggest(first) {
    inFlight.abort()
    inFlight = new AbortController()
    const { signal } = inFlight
    // Suggestions are a help: without an answer there are none.
    const found = await source.find(input.value.trim(), signal).catch(() => [])
    if (signal.aborted || document.activeElement !== input) return
    isAwaited = false
    show(found)
    if (first !== undefined && shown.length > 0) activate(first < 0 ? shown.length - 1 : first)
  }

  /** @param {Found[]} suggestions */
  function show(suggestions) {
    shown = suggestions
    list.replaceChildren(
      ...shown.map((suggestion, i) => {
        const note = source.noteOf(suggestion)
        return makeOption(suggestion, { at: i, note, take: () => take(suggestion) })
      }),
    )
    list.hidden = shown.length === 0
    input.setAttribute('aria-expanded', String(shown.length > 0))
    activate(-1)
  }

  /** @param {number} at none where it is -1 */
  function activate(at) {
    active = at
    for (const [i, option] of [...list.children].entries()) {
      option.setAttribute('aria-selected', String(i === at))
      if (i === at) option.scrollIntoView({ block: 'nearest' })
    }
    if (at === -1) input.removeAttribute('aria-activedescendant')
    else input.setAttribute('aria-activedescendant', `suggestion-${at}`)
  }

  function close() {
    clearTimeout(typing)
    inFlight.abort()
    isAwaited = false
    show([])
  }

  /** @param {Found} suggestion */
  function take(suggestion) {
    close()
    choose(suggestion)
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      if (shown.length === 0) void suggest(step === 1 ? 0 : -1)
      // Beyond the last, and before the first, is what was typed.
      else activate(((active + 1 + step + shown.length + 1) % (shown.length + 1)) - 1)
    } else if (event.key === 'Escape' && (shown.length > 0 || isAwaited)) {
      // A search field would be emptied; who is a moment quicker than the suggestions means them, not the text.
      event.preventDefault()
      close()
    } else if (event.key === 'Enter') {
      const chosen = shown[active]
      if (chosen) event.preventDefault()
      if (chosen) take(chosen)
      else close()
    }
  }

  return { element: html('div', { class: 'combobox' }, input, list), input, close }
}

/** @param {{ text: string, ranges: Ranges }} suggestion @param {{ at: number, note: string, take: () => void }} about */
function makeOption({ text, ranges }, { at, note, take }) {
  return html(
    'li',
    {
      role: 'option',
      id: `suggestion-${at}`,
      'aria-selected': 'false',
      // The field keeps the focus.
      onpointerdown: (/** @type {Event} */ event) => event.preventDefault(),
      onmousedown: (/** @type {Event} */ event) => event.preventDefault(),
      onclick: take,
    },
    html('span', { class: 'text' }, ...markRanges(text, ranges)),
    ' ',
    html('span', { class: 'note' }, note),
  )
}
