import type { Models } from '../../shared/models/index.ts'
import { readWords } from '../../shared/text/index.ts'
import type { Judged } from './judged.ts'

/** Ranks products for a query by itself, best first: what search is compared with. */
export type Baseline = (query: string) => Promise<string[]>

/** How many products a baseline hands on, and each way of a fusion. */
const DEPTH = 100
/** Of Okapi BM25, as its libraries have them. */
const K1 = 1.2
const B = 0.75
/** Of reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009). */
const RRF_K = 60

const textOf = (product: Judged) =>
  ['sku', 'name', 'model', 'subcategory', 'category', 'color', 'description']
    .flatMap(column => product[column] ?? [])
    .join('. ')
const tokensOf = (text: string) => readWords(text).flatMap(({ word, parts }) => [word, ...parts])

type Scores = (query: string) => Promise<number[]>

export async function makeBaselines(products: Judged[], models: Models): Promise<Record<string, Baseline>> {
  const texts = products.map(textOf)
  const words = scoreByWords(texts)
  const english = await scoreByMeaning(models.english, texts)
  const multilingual = await scoreByMeaning(models.multilingual, texts)
  const ways = [words, english, multilingual]
  const best = (scores: number[], isFound = (_: number) => true) =>
    scores
      .map((score, at) => ({ id: products[at]?.product_id ?? '', score }))
      .filter(({ score }) => isFound(score))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, DEPTH)
      .map(({ id }) => id)
  return {
    bm25: async query => best(await words(query), score => score > 0),
    english: async query => best(await english(query)),
    multilingual: async query => best(await multilingual(query)),
    'rank fusion': async query => {
      const lists = await Promise.all(ways.map(async way => best(await way(query))))
      const sums = products.map(({ product_id }) =>
        lists.reduce((sum, list) => {
          const at = list.indexOf(product_id)
          return at === -1 ? sum : sum + 1 / (RRF_K + at + 1)
        }, 0),
      )
      return best(sums, score => score > 0)
    },
    'score fusion': async query => {
      const lists = await Promise.all(ways.map(async way => standardise(await way(query))))
      return best(products.map((_, at) => lists.reduce((sum, list) => sum + (list[at] ?? 0), 0)))
    },
  }
}

function scoreByWords(texts: string[]): Scores {
  const documents = texts.map(text => {
    const tokens = tokensOf(text)
    return { length: tokens.length, counts: Map.groupBy(tokens, token => token) }
  })
  const meanLength = documents.reduce((sum, { length }) => sum + length, 0) / documents.length
  return async query => {
    const scores = documents.map(() => 0)
    for (const token of new Set(tokensOf(query))) {
      const having = documents.filter(({ counts }) => counts.has(token)).length
      const weight = Math.log(1 + (documents.length - having + 0.5) / (having + 0.5))
      for (const [at, { length, counts }] of documents.entries()) {
        const count = counts.get(token)?.length ?? 0
        scores[at] =
          (scores[at] ?? 0) + (weight * count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / meanLength))
      }
    }
    return scores
  }
}

async function scoreByMeaning({ embed }: Models['english'], texts: string[]): Promise<Scores> {
  const vectors = await embed(texts)
  return async query => {
    const [own] = await embed([query])
    return vectors.map(vector => vector.reduce((sum, x, at) => sum + x * (own?.[at] ?? 0), 0))
  }
}

/** How many standard deviations each is above the mean. */
function standardise(scores: number[]): number[] {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length)
  return scores.map(score => (deviation === 0 ? 0 : (score - mean) / deviation))
}
