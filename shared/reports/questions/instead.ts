import { type Metric, nameIn } from '../../metrics/index.ts'
import type { Language } from '../facts.ts'
import type { CannotKnow } from './reading.ts'
import { TEXTS } from './texts/index.ts'

/** What people ask for most, where a question says nothing that is known. */
const FIRST = ['revenue', 'orders', 'units_sold']

/** Why a question has no answer, in words. */
export const explain = ({ reason, about }: CannotKnow, language: Language): string =>
  TEXTS[language].reasons[reason](about)

/**
 * Three questions that can be answered, about the same metric if there is one.
 * @param metrics those that the caller may read
 */
export function insteadOf({ metric }: CannotKnow, metrics: Metric[], language: Language): string[] {
  const { instead } = TEXTS[language]
  const allowed = metrics.find(({ name }) => name === metric?.name)
  const own =
    allowed ?? FIRST.flatMap(name => metrics.find(each => each.name === name) ?? [])[0] ?? metrics[0]
  if (!own) return []
  const label = nameIn(own, language)
  const [dimension] = own.dimensions
  const questions = [
    ...(dimension ? [instead.by(label, nameIn(dimension, language))] : []),
    ...(own.date === undefined
      ? []
      : [instead.lastMonth(label), instead.byMonth(label), instead.compared(label)]),
  ]
  return questions.slice(0, 3)
}
