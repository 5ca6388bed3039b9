import { fold, piecesOf, readWords } from '../../../shared/text/index.ts'
import type { Colours } from '../../../shared/vocabulary/index.ts'

/** What a query says of a product besides what it is. */
export type Attributes = {
  /** Folded colours of the catalogue, any of which will do. */
  colours: string[]
  /** Folded colours that are not wanted. */
  notColours: string[]
  /** Words that are not wanted. */
  notWords: string[]
  rest: string
}

const NOT =
  '(?:any (?:colou?r|one|size|kind) )?(?:but not|not in|not|no|except(?: for)?|other than|but|without|nicht|kein(?:e[rnsm]?)?|außer|ohne|pas de|pas|sauf|sans|ningún|excepto|sin|non|tranne|senza|geen|behalve|niet|zonder|sem|exceto)'
const FILLER = String.raw`(?:(?:for|in|the|a|an|any|für|in|en|de|color|colour|farbe)\s+)*`
/** What is refused, one word or a second after "or". */
const REFUSED = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:that (?:is|are) )?${NOT}\s+${FILLER}([\p{L}][\p{L}\p{N}\p{M}-]*)(?:\s+(?:or|oder|ou|o|of)\s+([\p{L}][\p{L}\p{N}\p{M}-]*))?`,
  'giu',
)
/** These refuse only a colour: "gloves without fingers" is a kind of gloves, and "helmet but light" no refusal. */
const ONLY_COLOURS = /^(?:any \S+ )?(?:but(?! not)|without|ohne|sans|sin|senza|zonder|sem|pas|non)\s/iu

export function readAttributes(
  query: string,
  colours: Pick<Colours, 'find'>,
  isKnown: (word: string) => boolean,
): Attributes {
  const notColours: string[] = []
  const notWords: string[] = []
  const kept = query.replaceAll(REFUSED, (whole, first: string, second?: string) => {
    const words = [first, second].filter(word => word !== undefined).map(fold)
    const found = words.map(word => colours.find(word))
    if (found.every(keys => keys.length > 0)) notColours.push(...found.flat())
    else if (!ONLY_COLOURS.test(whole) && words.every(isKnown)) notWords.push(...words)
    else return whole
    return ' '
  })
  const wanted = piecesOf(readWords(kept)).flatMap(colours.find)
  return {
    colours: [...new Set(wanted)].filter(key => !notColours.includes(key)),
    notColours: [...new Set(notColours)],
    notWords,
    rest: kept.replaceAll(/\s+/g, ' ').trim(),
  }
}
