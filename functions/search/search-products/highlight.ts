import { fold, locateWords, withoutMarks } from '../../../shared/text/index.ts'
import type { Term } from './look-up.ts'
import type { Found } from './query.ts'

/** Where a text of a result has the query's words: `ranges` are from and to, in UTF-16 units of `text`. */
export type Highlight = { field: Field; text: string; ranges: [number, number][] }

const FIELDS = ['name', 'sku', 'category', 'subcategory', 'color', 'description'] as const
type Field = (typeof FIELDS)[number]

/** Of a description around its first word that matches. */
const SNIPPET_CHARACTERS = 200
const BEFORE = 40
/** What is looked through of a description. */
const READ_CHARACTERS = 1000

/**
 * Says where in a result's texts the words are that it was found by: as they were typed, by their stems, by what means the same
 * or by their beginnings.
 * @param stemsOf stems of a word of the catalogue
 */
export function makeHighlighter(terms: Term[], stemsOf: (word: string) => string[] | null | undefined) {
  const forms = new Set(terms.flatMap(term => term.forms))
  const beginnings = terms.flatMap(term => term.beginnings)
  const isMeant = (given: string) => {
    const word = fold(given)
    const bare = withoutMarks(word)
    return (
      forms.has(word) ||
      forms.has(bare) ||
      (stemsOf(word) ?? []).some(stem => forms.has(stem)) ||
      beginnings.some(first => word.startsWith(first) || bare.startsWith(first))
    )
  }
  const find = (text: string): [number, number][] =>
    locateWords(text).flatMap(({ at, word }): [number, number][] =>
      isMeant(word) ? [[at, at + word.length]] : [],
    )
  return (found: Found): Highlight[] => {
    if (forms.size === 0 && beginnings.length === 0) return []
    return FIELDS.flatMap(field => {
      const text = found[field]
      if (!text) return []
      const whole = field === 'description' ? text.slice(0, READ_CHARACTERS).toWellFormed() : text
      const ranges =
        field === 'sku' && found.matched.includes('identifier')
          ? [[0, whole.length] as [number, number]]
          : find(whole)
      if (ranges.length === 0) return []
      return [field === 'description' ? cut({ field, text: whole, ranges }) : { field, text: whole, ranges }]
    })
  }
}

/** What stands around the first match, cut between words. */
function cut({ field, text, ranges }: Highlight): Highlight {
  const first = ranges[0]?.[0] ?? 0
  const from = first <= BEFORE ? 0 : text.lastIndexOf(' ', first - BEFORE) + 1
  const end = from + SNIPPET_CHARACTERS
  const to = end >= text.length ? text.length : Math.max(text.lastIndexOf(' ', end), first + 1)
  return {
    field,
    text: text.slice(from, to).toWellFormed(),
    ranges: ranges
      .filter(([, last]) => last <= to)
      .map(([start, last]): [number, number] => [start - from, last - from]),
  }
}
