import type { Entity, Fact } from '../facts.ts'
import type { Lexicon } from './lexicon.ts'

export type Name =
  | { kind: 'entity'; entities: Entity[] }
  | { kind: 'measure'; metrics: string[] }
  /** A name that could also be a word of the sentence, such as a segment Lost. */
  | { kind: 'ambiguous'; entities: Entity[] }

type Form = { text: string; isExact: boolean; endings: string[]; name: Name }

export type Names = {
  /** The longest name that begins at a place. `end` is after its ending, and after its quotation marks. */
  find(text: string, from: number): { name: Name; text: string; end: number } | undefined
}

const WORD = /[\p{L}\p{N}]/u
const QUOTES: Record<string, string> = { '"': '"', '“': '”', '„': '“', '«': '»', '‘': '’', "'": "'" }

/** What the facts name: their entities, and their metrics by label and by what else a language calls them. */
export function makeNames(facts: Fact[], lexicon: Lexicon): Names {
  const forms = [...entityForms(facts, lexicon), ...measureForms(facts, lexicon)].sort(
    (one, other) => other.text.length - one.text.length || Number(other.isExact) - Number(one.isExact),
  )
  const compound =
    lexicon.words.compounds && new RegExp(`^s?(?=(?:${lexicon.words.compounds})(?![\\p{L}]))`, 'u')
  const endOf = ({ text: form, isExact, endings, name }: Form, text: string, from: number) => {
    const written = text.slice(from, from + form.length)
    if (isExact ? written !== form : written.toLowerCase() !== form.toLowerCase()) return undefined
    const place = from + form.length
    const isEnd = (end: number) => !WORD.test(text[end] ?? '')
    const ending = endings.find(it => text.startsWith(it, place) && isEnd(place + it.length))
    if (ending !== undefined) return place + ending.length
    if (isEnd(place) || !WORD.test(form.at(-1) ?? '')) return place
    // Umsatzplus is a measure, and a word of the sentence.
    const joint = name.kind === 'measure' && compound ? compound.exec(text.slice(place)) : null
    return joint ? place + joint[0].length : undefined
  }
  return {
    find(text, from) {
      if (WORD.test(text[from - 1] ?? '') && WORD.test(text[from] ?? '')) return undefined
      const close = QUOTES[text[from] ?? '']
      const start = close ? from + 1 : from
      for (const form of forms) {
        const end = endOf(form, text, start)
        if (end === undefined) continue
        const written = text.slice(start, end)
        if (close === undefined) return { name: form.name, text: written, end }
        if (form.name.kind === 'measure' || !text.startsWith(close, end)) continue
        return { name: quoted.get(form.name) ?? form.name, text: written, end: end + close.length }
      }
      return undefined
    },
  }
}

/** In quotation marks a name is a name. */
const quoted = new WeakMap<Name, Name>()

function entityForms(facts: Fact[], lexicon: Lexicon): Form[] {
  const byText = new Map<string, Entity[]>()
  for (const entity of facts.flatMap(fact => fact.entity)) {
    const text = entity.value.normalize('NFC').replaceAll(/\s+/gu, ' ').trim()
    const known = byText.get(text) ?? []
    if (!known.some(({ dimension }) => dimension === entity.dimension)) byText.set(text, [...known, entity])
  }
  return [...byText].flatMap(([text, entities]): Form[] => {
    if (text === '') return []
    const name: Name = { kind: 'entity', entities }
    const meaning = meaningIn(text, lexicon)
    if (meaning === 'whole') {
      const ambiguous: Name = { kind: 'ambiguous', entities }
      quoted.set(ambiguous, name)
      return [{ text, isExact: false, endings: [], name: ambiguous }]
    }
    const endings = lexicon.words.endings.entity.split('|').filter(Boolean)
    return [{ text, isExact: meaning === 'part', endings, name }]
  })
}

/** Whether a name, or a word of it, is one that says something in a sentence. */
function meaningIn(text: string, { senses, numbers }: Lexicon): 'none' | 'part' | 'whole' {
  const words = text
    .toLowerCase()
    .split(/[^\p{L}\p{N}']+/u)
    .filter(Boolean)
  const says = (word: string) => senses.has(word) || numbers.has(word) || /^\d+$/.test(word)
  if (senses.has(text.toLowerCase()) || words.every(says)) return 'whole'
  return words.some(says) ? 'part' : 'none'
}

function measureForms(facts: Fact[], lexicon: Lexicon): Form[] {
  const byText = new Map<string, Set<string>>()
  const add = (text: string, metric: string) => {
    const form = text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim().toLowerCase()
    if (form !== '') byText.set(form, (byText.get(form) ?? new Set()).add(metric))
  }
  for (const { metric, label } of facts) {
    add(label.replaceAll('’', "'"), metric)
    for (const synonym of (lexicon.words.measures[metric] ?? '').split('|')) add(synonym, metric)
  }
  const labels = new Map(facts.map(({ metric, label }) => [label.toLowerCase(), metric]))
  const endings = lexicon.words.endings.measure.split('|').sort((one, other) => other.length - one.length)
  return [...byText].map(([text, metrics]) => {
    // What one metric is called, and another may be called too, is the first.
    const own = labels.get(text)
    return { text, isExact: false, endings, name: { kind: 'measure', metrics: own ? [own] : [...metrics] } }
  })
}
