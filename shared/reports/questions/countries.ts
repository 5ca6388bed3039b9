import { LANGUAGES } from '../facts.ts'
import { keysOf } from './tokens.ts'

/** Names that people use and that no locale has. */
const OTHERS: Record<string, string[]> = {
  US: ['USA', 'U.S.A.', 'United States of America', 'EEUU', 'EE.UU.', 'Etats Unis d’Amérique'],
  GB: ['UK', 'U.K.', 'Great Britain', 'Großbritannien', 'Grande-Bretagne', 'Gran Bretaña'],
  NL: ['Holland', 'Holanda', 'Hollande'],
}

const LETTERS = Array.from({ length: 26 }, (_, i) => String.fromCharCode(65 + i))
let names: Map<string, string[]> | undefined

/** Every name of a country in each language, by each of them. */
function readNames(): Map<string, string[]> {
  const regions = LANGUAGES.map(
    language => new Intl.DisplayNames(language, { type: 'region', fallback: 'none' }),
  )
  const found = new Map<string, string[]>()
  for (const code of LETTERS.flatMap(first => LETTERS.map(second => first + second))) {
    const own = [...regions.map(each => each.of(code)), ...(OTHERS[code] ?? [])]
    const all = [...new Set(own.filter(name => name !== undefined))]
    // Some codes are of one country: GB, and UK.
    for (const key of all.map(name => keysOf(name).join(' ')))
      found.set(key, [...new Set([...(found.get(key) ?? []), ...all])])
  }
  return found
}

/** What a country is called in the languages of reports; nothing for what is no country. */
export function countryNames(value: string): string[] {
  names ??= readNames()
  return names.get(keysOf(value).join(' ')) ?? []
}
