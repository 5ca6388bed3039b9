import { type Metric, nameIn } from '../../metrics/index.ts'
import type { Language } from '../facts.ts'
import { formatDay } from '../intl.ts'
import type { Clock } from '../published.ts'
import { formatSpan } from './formats.ts'
import type { Note, Reading } from './reading.ts'
import { TEXTS } from './texts/index.ts'

/** The metric as it was read: what it is divided by, and what it leaves out. */
export function labelOf({ metric, per, without }: Reading, language: Language): string {
  const text = TEXTS[language]
  const parts = [
    nameIn(metric, language),
    ...(per ? [text.per(nameIn(per, language))] : []),
    ...Object.entries(without).map(([name, values]) =>
      text.without(dimensionIn(metric, name, language), values.join(', ')),
    ),
  ]
  return parts.join(', ')
}

/** What a dimension, or a period to split by, is called within a sentence: German nouns keep their capital. */
export function dimensionIn(metric: Metric, name: string, language: Language): string {
  const dimension = metric.dimensions.find(each => each.name === name)
  const text = dimension ? nameIn(dimension, language) : (TEXTS[language].units[name] ?? name)
  return language === 'de' ? text : `${text.charAt(0).toLocaleLowerCase(language)}${text.slice(1)}`
}

export const filtersIn = ({ metric, filters }: Reading, language: Language): string[] =>
  Object.entries(filters).map(([name, values]) =>
    TEXTS[language].only(dimensionIn(metric, name, language), values.join(', ')),
  )

/** A reading in words: all that it is made of, and what was taken for what. */
export function describe(reading: Reading, language: Language, clock: Clock): string {
  const text = TEXTS[language]
  const { metric, dimensions, share, period, comparison, order, limit } = reading
  const of = share?.of ? dimensionIn(metric, share.of, language) : null
  const parts = [
    labelOf(reading, language),
    ...(share ? [text.share(of)] : []),
    ...(dimensions.length > 0
      ? [text.by(dimensions.map(name => dimensionIn(metric, name, language)).join(', '))]
      : []),
    ...filtersIn(reading, language),
    formatSpan(period, language),
    ...(comparison ? [text.compared(kindOf(comparison.kind), formatSpan(comparison.period, language))] : []),
    ...(limit !== null
      ? [text.order(order.by === 'change' ? 'change' : 'value', order.direction === 'descending', limit)]
      : []),
  ]
  const notes = reading.notes.map(note => noteIn(note, reading, language))
  if (metric.at === 'end' && period.from !== period.to) notes.push(text.notes.atEnd)
  const isPartial = !period.isWhole || comparison?.period.isWhole === false
  const partial = isPartial
    ? [text.notes.partial(formatDay(clock.first, language), formatDay(clock.today, language))]
    : []
  return [`${parts.join(text.semicolon)}.`, ...notes, ...partial].join(' ')
}

const kindOf = (kind: string) => (kind === 'year_ago' ? 'year_ago' : 'previous')

function noteIn(note: Note, { metric }: Reading, language: Language): string {
  const { notes } = TEXTS[language]
  switch (note.kind) {
    case 'corrected':
      return notes.corrected(note.given, note.read)
    case 'value': {
      const others = note.others.map(name => dimensionIn(metric, name, language)).join(', ')
      return notes.value(note.value, dimensionIn(metric, note.dimension, language), others)
    }
    case 'metric':
      return notes.metric(note.word, `${nameIn(metric, language)} (${metric.description})`)
    case 'assumed':
      return notes.assumed(nameIn(metric, language))
  }
}
