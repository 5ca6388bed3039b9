import { z } from 'zod'
import type { WarehouseReader } from '../warehouse/index.ts'
import { addPurchase, emptyHistory, type History, toDay } from './scoring/history.ts'

/**
 * What clients did with products, a row for each client, product, kind and day. A date after the day of the build is a typing error,
 * and would make everything else old.
 */
const INTERACTIONS = `
select client_id, product_id, cast(interaction_date as date) as date, kind,
  cast(sum(case when kind in ('purchase', 'return') then coalesce(quantity, 1) else 1 end) as double) as quantity
from fct_client_interaction
where client_id is not null and product_id is not null and interaction_date is not null
  and kind in ('purchase', 'return', 'click', 'order', 'view', 'dismiss')
  and cast(interaction_date as date) <= date '$until'
  and client_id not in (select client_id from dim_client where client_id is not null group by client_id having not bool_or(is_current))
  and client_id not in ($gone)
group by client_id, product_id, cast(interaction_date as date), kind`

const PRODUCTS = `
select product_id, name, model, category, subcategory, description, cast(list_price as double) as price
from dim_product where is_current`

/** Purchases, each client, product and day once, without those that came back whole. */
const PURCHASES = `
with did as (${INTERACTIONS}),
back as (
  select client_id, product_id from did where kind in ('purchase', 'return') group by client_id, product_id
  having sum(case when kind = 'return' or quantity < 0 then 1 else 0 end) > 0
    and sum(case when kind = 'return' then -abs(quantity) else quantity end) <= 0
)
select did.client_id, did.product_id, did.date
from did left join back on back.client_id = did.client_id and back.product_id = did.product_id
where did.kind = 'purchase' and did.quantity > 0 and back.client_id is null`

/** What is known of clients by a build, without those who are gone since. */
export type Past = { reader: WarehouseReader; gone: string[] }

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`

function at(sql: string, { reader, gone }: Past): string {
  const until = reader.build.builtAt.slice(0, 10)
  return sql.replaceAll('$until', until).replaceAll('$gone', () => ['', ...gone].map(quote).join(', '))
}

/** @returns the first day that is not known yet; undefined where nobody has bought anything */
export async function readOrigin(past: Past): Promise<string | undefined> {
  const { rows } = await past.reader.query(
    at(`select cast(max(date) + interval '1' day as varchar) from (${PURCHASES}) as purchases`, past),
  )
  const [[origin] = []] = rows
  return typeof origin === 'string' ? origin.slice(0, 10) : undefined
}

/** Files of a training: interactions and products. Folders of their own, since each file has one name. */
export const writeInteractions = (past: Past, folder: string) =>
  past.reader.writeFile(at(INTERACTIONS, past), folder)
export const writeProducts = ({ reader }: Past, folder: string) => reader.writeFile(PRODUCTS, folder)

export type StoredProduct = {
  product_id: string
  recent3: number
  recent7: number
  recent14: number
  recent28: number
  total: number
  first_on: string | null
  price: number | null
  cost: number | null
}

const productRow = z.tuple([
  ...([z.string(), z.number(), z.number(), z.number(), z.number(), z.number()] as const),
  ...([z.string().nullable(), z.number().nullable(), z.number().nullable()] as const),
])

/** What is known of each product before the day `origin` (shared/python/propositions/trend.py). */
export async function readProductSignals(past: Past, origin: string): Promise<StoredProduct[]> {
  const age = `date_diff('day', p.date, date '${origin}')`
  const decayed = [3, 7, 14, 28].map(half => `coalesce(sum(power(0.5, cast(${age} as double) / ${half})), 0)`)
  const { rows } = await past.reader.query(
    at(
      `select d.product_id, ${decayed.join(', ')}, cast(count(p.product_id) as double), cast(min(p.date) as varchar),
         max(cast(d.list_price as double)), max(cast(d.standard_cost as double))
       from (select product_id, list_price, standard_cost from dim_product where is_current) as d
       left join (${PURCHASES}) as p on p.product_id = d.product_id
       group by d.product_id order by d.product_id`,
      past,
    ),
  )
  return rows.map(row => {
    const [product_id, recent3, recent7, recent14, recent28, total, first_on, price, cost] =
      productRow.parse(row)
    return { product_id, recent3, recent7, recent14, recent28, total, first_on, price, cost }
  })
}

const TERRITORY_DAYS = 28

/** How many bought each product in a territory in the last 28 days. */
export async function readTerritories({ reader }: Past, origin: string) {
  const { rows } = await reader.query(
    `select territory_id, product_id, cast(count(distinct client_id) as double) from fct_order_item
     where territory_id is not null and product_id is not null and order_date is not null
       and date_diff('day', cast(order_date as date), date '${origin}') between 1 and ${TERRITORY_DAYS}
     group by territory_id, product_id order by territory_id, product_id`,
  )
  return rows.map(row => {
    const [territory_id, product_id, buyers] = z.tuple([z.string(), z.string(), z.number()]).parse(row)
    return { territory_id, product_id, buyers }
  })
}

/** Where each client ordered last. */
const TERRITORIES = `
select client_id, max_by(territory_id, cast(order_date as varchar) || '/' || territory_id) as territory_id from fct_order
where client_id is not null and territory_id is not null group by client_id`

const interactionRow = z.tuple([
  ...([z.string(), z.string(), z.string(), z.string(), z.number()] as const),
  z.string().nullable(),
])

/** What each client did, one client after the other. */
export async function* readHistories(past: Past): AsyncGenerator<{ clientId: string; history: History }> {
  const rows = past.reader.stream(
    `select did.client_id, did.product_id, cast(did.date as varchar), did.kind, did.quantity, lives.territory_id
     from (${at(INTERACTIONS, past)}) as did left join (${TERRITORIES}) as lives on lives.client_id = did.client_id
     order by did.client_id`,
  )
  let clientId: string | undefined
  let own: Interaction[] = []
  for await (const page of rows)
    for (const row of page) {
      const [client, productId, date, kind, quantity, territoryId] = interactionRow.parse(row)
      if (clientId !== undefined && client !== clientId) {
        yield { clientId, history: toHistory(own) }
        own = []
      }
      clientId = client
      own.push({ productId, date: date.slice(0, 10), kind, quantity, territoryId })
    }
  if (clientId !== undefined) yield { clientId, history: toHistory(own) }
}

type Interaction = {
  productId: string
  date: string
  kind: string
  quantity: number
  territoryId: string | null
}

/** A product that came back whole was not bought. */
export function toHistory(interactions: Interaction[]): History {
  const history = { ...emptyHistory(), territoryId: interactions[0]?.territoryId ?? null }
  const kept = new Map<string, number>()
  for (const { productId, kind, quantity } of interactions) {
    const isBack = kind === 'return' || (kind === 'purchase' && quantity < 0)
    if (isBack) history.returned.add(productId)
    if (isBack || kind === 'purchase')
      kept.set(productId, (kept.get(productId) ?? 0) + (isBack ? -Math.abs(quantity) : quantity))
  }
  for (const { productId, date, kind, quantity } of interactions) {
    const isBack = history.returned.has(productId) && (kept.get(productId) ?? 0) <= 0
    if (kind === 'purchase' && quantity > 0 && !isBack) addPurchase(history, productId, toDay(date))
    else if (kind === 'dismiss')
      history.dismissed.set(productId, Math.max(history.dismissed.get(productId) ?? 0, toDay(date)))
    else if (kind === 'click' || kind === 'order' || kind === 'view') history.interested.add(productId)
  }
  for (const productId of history.bought.keys()) history.interested.delete(productId)
  return history
}
