import { NotFoundError } from '../../../shared/errors/index.ts'
import {
  findCandidates,
  type History,
  type Scored,
  type Scorer,
  type Served,
  type Serving,
  scoreBeside,
  scorerOf,
} from '../../../shared/propositions/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import type { Question } from './schema.ts'

/** Products of each kind that are looked at. */
const MOST = 200

/** What a list is chosen from, the best first. `similarTo` is the product that some of it is like. */
export type Found = { scored: Scored[]; similar: Set<number> }

export async function findFor(
  query: Query,
  served: Served,
  serving: Serving,
  { productId, basket = [], relation, territory }: Question,
  history: History | undefined,
): Promise<Found> {
  const scorer = scorerOf(served, serving)
  if (productId !== undefined) return await findBeside(query, scorer, productId, relation)
  if (basket.length > 0) {
    const products = basket.flatMap(id => scorer.numbers.get(id) ?? [])
    const beside = scoreBeside(scorer, products)
    return { scored: merge(beside, findCandidates(served, serving, history)), similar: new Set() }
  }
  if (!history && territory !== undefined)
    return { scored: await readTerritory(query, scorer, territory), similar: new Set() }
  return { scored: findCandidates(served, serving, history), similar: new Set() }
}

/** What is bought with a product, then what is like it. */
async function findBeside(
  query: Query,
  scorer: Scorer,
  productId: string,
  relation: Question['relation'],
): Promise<Found> {
  const number = scorer.numbers.get(productId)
  const together =
    relation === 'similar' || number === undefined ? [] : scoreBeside(scorer, [number]).slice(0, MOST)
  const similar = relation === 'together' ? [] : await readSimilar(query, scorer.numbers, productId)
  const fresh = similar.filter(({ product }) => !together.some(other => other.product === product))
  // Below the last one of those that are bought with it.
  const least = Math.min(0, ...together.map(({ score }) => score))
  return {
    scored: [...together, ...fresh.map(one => ({ ...one, score: least - 1 + one.score }))],
    similar: new Set(fresh.map(({ product }) => product)),
  }
}

/** By the vectors that search has of both. */
async function readSimilar(
  query: Query,
  numbers: ReadonlyMap<string, number>,
  productId: string,
): Promise<Scored[]> {
  const rows = await query<{ id: string; likeness: number }>(
    `select o.product_id as id, avg(1 - (o.vector <=> v.vector))::float8 as likeness
     from search.product_vector v
     join search.product_vector o on o.model = v.model and o.version = v.version and o.product_id <> v.product_id
     where v.product_id = $1 group by 1 order by 2 desc, 1 limit ${MOST}`,
    [productId],
    { name: 'propositions.similar' },
  )
  return rows.flatMap(({ id, likeness }) => {
    const product = numbers.get(id)
    return product === undefined ? [] : [{ product, score: likeness, reason: { kind: 'trend' as const } }]
  })
}

async function readTerritory(query: Query, { numbers }: Scorer, territory: string): Promise<Scored[]> {
  const rows = await query<{ product_id: string; buyers: number }>(
    `select product_id, buyers from propositions.territory_product where territory_id = $1
     order by buyers desc, product_id limit ${MOST}`,
    [territory],
    { name: 'propositions.territory' },
  )
  if (rows.length === 0)
    throw new NotFoundError(`nothing was bought lately in a territory ${JSON.stringify(territory)}`, {
      field: 'territory',
    })
  return rows.flatMap(({ product_id, buyers }) => {
    const product = numbers.get(product_id)
    return product === undefined ? [] : [{ product, score: buyers, reason: { kind: 'trend' as const } }]
  })
}

/** The first list, then what only the second has, below it. */
function merge(first: Scored[], second: Scored[]): Scored[] {
  const seen = new Set(first.map(({ product }) => product))
  const least = first.at(-1)?.score ?? 0
  const top = second[0]?.score ?? 0
  const rest = second.filter(({ product }) => !seen.has(product))
  return [...first, ...rest.map(one => ({ ...one, score: least - 1 - (top - one.score) }))]
}
