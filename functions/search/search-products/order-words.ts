/** How an answer may be sorted otherwise than by how well it matches. */
export const SORTS = ['price', '-price', 'name', '-name'] as const
export type Sort = (typeof SORTS)[number]

const wordsOf = (...languages: string[]) =>
  new RegExp(`(?<![\\p{L}\\p{N}])(?:${languages.join('|')})(?![\\p{L}\\p{N}])`, 'giu')

/** "the most expensive" before "expensive": what asks for one end of the prices, in English, German, French, Spanish, Italian, Dutch and Portuguese. */
const ENDS: [Sort, RegExp][] = [
  [
    '-price',
    wordsOf(
      '(?:the )?(?:most expensive|priciest|dearest|highest[- ]priced?)|(?:with )?(?:the )?highest price',
      'teuerste[rnsm]?',
      '(?:le |la |les )?plus ch(?:er|ère)s?',
      '(?:el |la |los |las )?más car[oa]s?',
      '(?:il |la |i |le )?più car[oaie]',
      '(?:de |het )?duurste',
      '(?:o |a |os |as )?mais car[oa]s?',
    ),
  ],
  [
    'price',
    wordsOf(
      '(?:the )?(?:cheapest|least expensive|most affordable|lowest[- ]priced?)|(?:with )?(?:the )?lowest price',
      '(?:billigste|günstigste|preiswerteste)[rnsm]?',
      '(?:le |la |les )?moins ch(?:er|ère)s?',
      '(?:el |la |los |las )?más (?:barat[oa]|económic[oa])s?',
      '(?:il |la |i |le )?(?:più economic[oaie]|meno car[oaie])',
      '(?:de |het )?goedkoopste',
      '(?:o |a |os |as )?mais barat[oa]s?',
    ),
  ],
]

/** Reads which end of the prices is asked for, and removes it. */
export function readOrder(query: string): { sort?: Sort; rest: string } {
  for (const [sort, words] of ENDS) {
    const rest = query.replace(words, ' ')
    if (rest !== query) return { sort, rest: rest.replaceAll(/\s+/g, ' ').trim() }
  }
  return { rest: query }
}
