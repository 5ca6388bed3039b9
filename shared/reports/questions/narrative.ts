import type { Entity, Language } from '../facts.ts'
import type { Line } from './answer.ts'
import { dimensionIn, filtersIn, labelOf } from './describe.ts'
import { formatCount, formatSpan, formatValue } from './formats.ts'
import type { Reading } from './reading.ts'
import { TEXTS } from './texts/index.ts'

/** Rows that a text names; all of them are in the facts. */
const MAX_NAMED = 10

/** An answer in words, by templates: each number in it is a fact's. */
export function narrate(reading: Reading, lines: Line[], language: Language): string {
  const text = TEXTS[language]
  const title = [labelOf(reading, language), ...filtersIn(reading, language)].join('; ')
  const period = formatSpan(reading.period, language)
  if (lines.length === 0) return text.nothing(title, period)
  if (reading.dimensions.length === 0)
    return lines.map(line => `${title}, ${period}: ${numbersOf(line, reading, language)}.`).join(' ')
  const by = text.by(reading.dimensions.map(name => dimensionIn(reading.metric, name, language)).join(', '))
  const named = lines.slice(0, MAX_NAMED).map(line => {
    const place = line.rank ? `${line.rank.value}. ` : ''
    return `${place}${nameOf(line, reading, language)}: ${numbersOf(line, reading, language)}`
  })
  const rest = lines.length - named.length
  const more = rest > 0 ? `; ${text.more(formatCount(rest, language))}` : '.'
  return `${title} ${by}, ${period}: ${named.join('; ')}${more}`
}

/** What a row is of: its period and its values of what the answer is split by. */
function nameOf({ entity, value }: Line, { dimensions, metric }: Reading, language: Language): string {
  const text = TEXTS[language]
  const isPeriod = (name: string) => metric.dimensions.every(each => each.name !== name)
  const named = (name: string) => entity.find((each: Entity) => each.dimension === name)?.value
  return dimensions
    .map(name => (isPeriod(name) ? formatSpan(value.period, language) : named(name) || text.noValue))
    .join(', ')
}

function numbersOf(
  { value, whole, share, base, difference, change }: Line,
  reading: Reading,
  language: Language,
): string {
  const text = TEXTS[language]
  const own = formatValue(value, language)
  if (whole && share)
    return text.shareLine(
      formatValue(share, language),
      labelOf(reading, language),
      own,
      formatValue(whole, language),
    )
  if (!base || !difference) return own
  const part = change ? formatValue(change, language) : null
  const old = `${formatSpan(base.period, language)}: ${formatValue(base, language)}`
  return `${own}, ${text.difference(difference.direction ?? 'same', formatValue(difference, language), part, old)}`
}
