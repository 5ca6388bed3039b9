import { z } from 'zod'
import { describeError, FailedError } from '../errors/index.ts'
import type { Query, Store } from '../store/index.ts'
import { FEATURES, logOfRecent, logOfTotal, makeRelative, seasonOf } from './scoring/features.ts'
import { toDay } from './scoring/history.ts'
import { readInfluence } from './scoring/influence.ts'
import { type Scorer, SEGMENTS, type Segment, type Signals } from './scoring/scorer.ts'
import type { StoredProduct } from './warehouse.ts'

export const modelParameters = z.object({
  /** By feature; null where there was nothing to learn them from. */
  weights: z.record(z.string(), z.number()).nullable(),
  /** Segments of clients whom the trend serves better. */
  trendFor: z.array(z.enum(SEGMENTS)),
  /** Days after which a purchase counts for half in that trend; 0: all count alike. */
  trendHalf: z.literal([0, 7, 28]),
  /** By product: usual days between two purchases of what is bought again and again. */
  repeatDays: z.record(z.string(), z.number()),
})
export type ModelParameters = z.infer<typeof modelParameters>

export type ServingModel = { version: number; scorer: Scorer; repeatDays: ReadonlyMap<string, number> }
export type Served = {
  /** Of the champion and the challenger. */
  champion: ServingModel
  challenger: ServingModel | undefined
  build: { position: string | null; changedAt: string | null }
  costs: ReadonlyMap<string, number>
  /** Products by id, of which little is known: first bought in the last days. */
  origin: string
}

/** How long what was looked up counts as true. */
const LOOK_MS = 500

type Row = {
  version: number
  role: 'champion' | 'challenger'
  parameters: unknown
  products: string[]
  influence: Buffer
}

/** Follows which models serve, and what is known of the products. @returns undefined while there is no model, or no scoring yet */
export function keepServed(store: Pick<Store, 'query' | 'transaction'>): () => Promise<Served | undefined> {
  let stamp = ''
  let lookedAt = Number.NEGATIVE_INFINITY
  let served: Served | undefined
  let looking: Promise<void> | undefined
  const look = async () => {
    const [now] = await store.query<{ stamp: string }>(
      `select concat((select string_agg(role || version, ' ' order by role) from propositions.model where role <> 'retired'),
         ' ', (select scored_at from propositions.scored)) as stamp`,
      [],
      { name: 'propositions.stamp' },
    )
    if (now && now.stamp !== stamp) {
      served = await store.transaction(({ query }) => readServed(query), { readOnly: true })
      stamp = now.stamp
    }
    lookedAt = performance.now()
  }
  return async () => {
    if (!served || performance.now() - lookedAt > LOOK_MS)
      looking ??= look().finally(() => {
        looking = undefined
      })
    // What is known is good enough while it is looked at: only the first waits.
    if (!served) await looking
    else looking?.catch(() => {})
    return served
  }
}

export async function readServed(query: Query): Promise<Served | undefined> {
  const [scored] = await query<{ build: Served['build']; origin: string }>(
    'select build, origin::text as origin from propositions.scored',
  )
  const models = await query<Row>(
    "select version, role, parameters, products, influence from propositions.model where role <> 'retired'",
  )
  const champion = models.find(({ role }) => role === 'champion')
  if (!scored || !champion) return undefined
  const products = await query<StoredProduct>(
    `select product_id, recent3, recent7, recent14, recent28, total, first_on::text, price, cost from propositions.product`,
  )
  const challenger = models.find(({ role }) => role === 'challenger')
  return {
    champion: toServing(champion, products, scored.origin),
    challenger: challenger && toServing(challenger, products, scored.origin),
    build: scored.build,
    costs: new Map(products.flatMap(({ product_id, cost }) => (cost === null ? [] : [[product_id, cost]]))),
    origin: scored.origin,
  }
}

/** @throws FailedError where the model is not what was trained */
export function toServing(row: Omit<Row, 'role'>, signals: StoredProduct[], origin: string): ServingModel {
  const { version, products } = row
  try {
    const parameters = modelParameters.parse(row.parameters)
    const numbers = new Map(products.map((id, number) => [id, number]))
    return {
      version,
      repeatDays: new Map(Object.entries(parameters.repeatDays)),
      scorer: {
        products,
        numbers,
        influence: readInfluence(row.influence, products.length),
        weights: parameters.weights ? toWeights(parameters.weights) : undefined,
        trendFor: new Set<Segment>(parameters.trendFor),
        trendHalf: parameters.trendHalf,
        signals: toSignals(products, signals, origin),
      },
    }
  } catch (error) {
    throw new FailedError(
      `model ${version} of propositions cannot be used (train again, or call another back by promote-propositions): ${describeError(error)}`,
      { reason: 'model_damaged' },
    )
  }
}

function toWeights(weights: Record<string, number>): Float64Array {
  if (Object.keys(weights).length !== FEATURES.length)
    throw new Error('it was trained by another version of Cordage')
  return Float64Array.from(FEATURES, name => {
    const weight = weights[name]
    if (weight === undefined) throw new Error(`it was trained by another version of Cordage, without ${name}`)
    return weight
  })
}

export function toSignals(products: string[], stored: StoredProduct[], origin: string): Signals {
  const known = new Map(stored.map(product => [product.product_id, product]))
  const by = (read: (product: StoredProduct) => number, none = 0) =>
    Float64Array.from(products, id => {
      const product = known.get(id)
      return product ? read(product) : none
    })
  const first = toDay(origin)
  const recent = [
    by(({ recent3 }) => recent3),
    by(({ recent7 }) => recent7),
    by(({ recent14 }) => recent14),
    by(({ recent28 }) => recent28),
  ] as const
  const total = by(({ total }) => total)
  return {
    ...{ origin: first, recent, total },
    first: by(({ first_on }) => (first_on === null ? first : toDay(first_on)), first),
    price: by(({ price }) => (price !== null && price > 0 ? Math.log(price) : Number.NaN), Number.NaN),
    season: recent[1].map((count, i) => seasonOf(count, total[i] ?? 0)),
    trend: makeRelative(Float64Array.from(recent[1])),
    logs: [...recent.map(counts => counts.map(logOfRecent)), total.map(logOfTotal)],
  }
}
