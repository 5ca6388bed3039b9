import type { Language } from '../../../shared/reports/facts.ts'
import {
  CannotKnow,
  type Knowledge,
  type Reading,
  rankLanguages,
  readQuestion,
} from '../../../shared/reports/questions/index.ts'

export type Read = { language: Language; reading: Reading | CannotKnow }

/** In the language that was given, or else in the likeliest; of several that are as likely, in the first that knows its words. */
export function readIn(question: string, given: Language | undefined, { terms, clockOf }: Knowledge): Read {
  const ranked = rankLanguages(question, terms.known)
  const best = ranked[0]?.score ?? 0
  const languages = given ? [given] : ranked.filter(({ score }) => score === best).map(each => each.language)
  let refused: Read | undefined
  for (const language of languages)
    try {
      return { language, reading: readQuestion(question, language, terms, clockOf) }
    } catch (error) {
      if (!(error instanceof CannotKnow)) throw error
      refused ??= { language, reading: error }
      // Another language may know the word; what was understood and cannot be answered stays so.
      if (error.reason !== 'unknown_word' && error.reason !== 'no_metric') break
    }
  return refused ?? { language: given ?? 'en', reading: new CannotKnow('nothing_asked', question) }
}
