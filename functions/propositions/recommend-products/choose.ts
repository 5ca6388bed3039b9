import {
  type History,
  makeList,
  type Product,
  type Propositions,
  type Rules,
  readProducts,
  type Scored,
  type Served,
  type Serving,
  scorerOf,
} from '../../../shared/propositions/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import { passesFilters } from './filters.ts'
import type { Question } from './schema.ts'

/** Candidates that are looked up first, for each place of the list. Rules and filters seldom need more. */
const PER_PLACE = 4
const LEAST = 40
/** By how many times more are looked up where those are not enough. */
const MORE = 5

/**
 * The list, from as few of the candidates as it needs: it is the one that all of them give.
 * @returns with the products as they are now: those of the list, those that its reasons name, and those that were asked for
 */
export async function chooseProducts(
  query: Query,
  served: Served,
  rules: Rules,
  found: { question: Question; serving: Serving; scored: Scored[]; history: History | undefined },
): Promise<{ made: Propositions; products: ReadonlyMap<string, Product> }> {
  const { question, serving, scored, history } = found
  const { clientId, limit, filters } = question
  const ids = scorerOf(served, serving).products
  const asked = askedProducts(question)
  const pinned = new Set(rules.pinned.map(pin => pin.productId))
  const products = new Map<string, Product>()
  const isWanted = (id: string, product: Product) => !asked.has(id) && passesFilters(product, filters)

  // What is explored is drawn from all.
  const first = rules.exploration > 0 ? scored.length : Math.max(LEAST, PER_PLACE * limit)
  for (let [from, to] = [0, first]; ; [from, to] = [to, to * MORE]) {
    const wanted = new Set([
      ...(from === 0 ? [...asked, ...pinned] : []),
      ...idsOf(scored.slice(from, to), ids),
    ]).difference(products)
    for (const [id, product] of await readProducts(query, served, [...wanted])) products.set(id, product)
    const isCandidate = ({ product }: Scored) => {
      const id = ids[product] ?? ''
      const now = products.get(id)
      return now ? isWanted(id, now) : !asked.has(id)
    }
    const best = scored.slice(0, to).filter(isCandidate)
    // With the score and the reason of what the shop has pinned.
    const below = scored.slice(to).filter(one => pinned.has(ids[one.product] ?? '') && isCandidate(one))
    const made = makeList(served, rules, {
      ...{ serving, scored: [...best, ...below], history, clientId, limit },
      products: new Map([...products].filter(([id, product]) => isWanted(id, product))),
      names: products,
    })
    if (made.looked < best.length || to >= scored.length) return { made, products }
  }
}

/** What the caller has at hand already, which is not proposed. */
export function askedProducts({ basket = [], productId }: Question): ReadonlySet<string> {
  return new Set([...basket, ...(productId === undefined ? [] : [productId])])
}

/** Of candidates, and of what their reasons name. */
function* idsOf(scored: Scored[], ids: string[]): Generator<string> {
  for (const { product, reason } of scored) {
    yield ids[product] ?? ''
    if (reason.kind === 'with') yield ids[reason.product] ?? ''
  }
}
