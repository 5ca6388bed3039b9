import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeRandom } from '../../stacks/demo/random.ts'
import type { GrownProduct } from '../support/grown-catalogue.ts'

export type Query = { kind: string; query: string; filters: Record<string, unknown> }

/** What people type over a grown catalogue, no query twice: words, names, numbers, sentences, misspelled words, with and without filters. */
export function makeQueries(products: GrownProduct[], count: number, seed = 11): Query[] {
  const random = makeRandom(seed)
  const pick = <T>(values: T[]): T => values[Math.floor(random() * values.length)] as T
  const wordsOf = ({ Name, Description }: GrownProduct) =>
    `${Name} ${Description ?? ''}`.toLowerCase().match(/[a-z]{4,}/g) ?? []
  const words = [...new Set(products.slice(0, 5000).flatMap(wordsOf))]
  const misspell = (word: string) => {
    const at = 1 + Math.floor(random() * (word.length - 2))
    return word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2)
  }
  const makers: Record<string, () => Omit<Query, 'kind'>> = {
    words: () => ({ query: `${pick(words)} ${pick(words)}`, filters: {} }),
    name: () => ({ query: pick(products).Name.toLowerCase().replace(/,.*/, ''), filters: {} }),
    identifier: () => ({ query: pick(products).ProductNumber, filters: {} }),
    sentence: () => ({ query: `something for my ${pick(words)} and ${pick(words)}`, filters: {} }),
    misspelled: () => ({ query: `${misspell(pick(words))} ${pick(words)}`, filters: {} }),
    filtered: () => ({
      query: `${pick(words)} ${pick(words)}`,
      filters: pick([
        { color: pick(products).Color ?? 'Red' },
        { category: pick(products).Category },
        { subcategory: pick(products).Subcategory },
        { priceMax: 1 + Math.floor(random() * 20) },
      ]),
    }),
  }
  const kinds = Object.keys(makers)
  const queries = new Map<string, Query>()
  for (let at = 0; queries.size < count; at++) {
    const kind = kinds[at % kinds.length] as string
    const made = makers[kind]?.()
    if (made) queries.set(JSON.stringify(made), { kind, ...made })
  }
  return [...queries.values()]
}

/**
 * Callers that each send the next body once the last is answered, over connections of their own, after a pause where one is given.
 * @returns milliseconds, by body
 */
export async function callAll(
  url: string,
  bodies: object[],
  { callers, pauseMs = 0 }: { callers: number; pauseMs?: number },
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: callers })
  const took: number[] = []
  let next = 0
  const call = async () => {
    for (let at = next++; at < bodies.length; at = next++) {
      const start = performance.now()
      await post(url, agent, bodies[at] as object)
      took[at] = performance.now() - start
      if (pauseMs > 0) await sleep(pauseMs)
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
  agent.destroy()
  return took
}

/** @throws Error where the answer is no 200 */
export function post(url: string, agent: Agent, body: object): Promise<void> {
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent }, response => {
      response.resume()
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${text}: ${response.statusCode}`)),
      )
    })
    sent.on('error', reject)
    sent.end(text)
  })
}
