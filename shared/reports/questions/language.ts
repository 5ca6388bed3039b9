import { LANGUAGES, type Language } from '../facts.ts'
import { lexiconOf } from './lexicon.ts'
import type { Known } from './terms.ts'
import { keysOf, readTokens } from './tokens.ts'

/**
 * The languages of reports, the likeliest first: by how many words of a question each one knows. Where two know as many, the
 * order is that of LANGUAGES.
 */
export function rankLanguages(question: string, known: Known): { language: Language; score: number }[] {
  const tokens = readTokens(question)
  const score = (language: Language) => {
    const lexicon = lexiconOf(language)
    const labels = new Set(
      [...known.metrics, ...known.dimensions].flatMap(({ label, labels = {} }) =>
        keysOf(language === 'en' ? label : (labels[language] ?? '')),
      ),
    )
    let points = 0
    for (let at = 0; at < tokens.length; at++) {
      const isKnown =
        lexicon.rolesAt(tokens, at).length > 0 ||
        lexicon.timeAt('filler', tokens, at) > 0 ||
        lexicon.unitAt(tokens, at) !== undefined ||
        lexicon.adverbAt(tokens, at) !== undefined ||
        lexicon.monthAt(tokens, at) !== undefined
      if (isKnown && /\p{L}/u.test(tokens[at]?.key ?? '')) points += 1
      if (labels.has(tokens[at]?.key ?? '')) points += 1
    }
    // Signs that only one of them has.
    if (language === 'es' && /[¿¡ñ]/u.test(question)) points += 2
    if (language === 'de' && /[äöüß]/u.test(question)) points += 1
    if (language === 'fr' && /[èêçùœ]|\b[ldnscj]['’]/iu.test(question)) points += 1
    return points
  }
  return LANGUAGES.map(language => ({ language, score: score(language) })).sort((a, b) => b.score - a.score)
}
