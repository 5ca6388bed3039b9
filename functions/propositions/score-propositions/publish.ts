import type { Report } from '../../../shared/jobs/index.ts'
import { recordKeptMart } from '../../../shared/marts/index.ts'
import {
  chooseModel,
  dropAllGone,
  findCandidates,
  type History,
  MODEL_NAME,
  makeList,
  type Past,
  type Product,
  type Rules,
  readHistories,
  readProducts,
  readServed,
  type Served,
  type StoredProduct,
  TREND,
  toRow,
} from '../../../shared/propositions/index.ts'
import type { Query, Store } from '../../../shared/store/index.ts'
import type { Build } from '../../../shared/warehouse/index.ts'

export const MART = 'mart_reco_client_top_n'
const LENGTH = 20
const CLIENTS_AT_ONCE = 500
const ROWS_AT_ONCE = 5000
/** What a list is made of most: what the client bought. */
const TRACE = [
  {
    mart: 'fct_client_interaction',
    where: 'fct_client_interaction.client_id = this.client_id',
  },
]

type Known = {
  origin: string
  products: StoredProduct[]
  territories: { territory_id: string; product_id: string; buyers: number }[]
  rules: Rules
  signal: AbortSignal
  report: Report
}

/**
 * What is known, and the lists of all clients, replace what was; readers see all of the one or all of the other. A client who is
 * deleted meanwhile has none afterwards.
 * @returns the model's version; null where none has been trained, and only what is known is replaced
 */
export async function publishLists(
  store: Store,
  past: Past,
  known: Known,
): Promise<{ clients: number; products: number; version: number | null }> {
  const { origin, products, territories, rules, signal, report } = known
  const { build } = past.reader
  return await store.transaction(async ({ query }) => {
    await replaceProducts(query, products, origin)
    await replaceTerritories(query, territories)
    await query(
      `insert into propositions.scored (build, origin) values ($1, $2)
       on conflict (is_only) do update set build = excluded.build, origin = excluded.origin, scored_at = excluded.scored_at`,
      [JSON.stringify(build), origin],
    )
    await query('delete from propositions.history')
    await query('delete from propositions.list')
    const served = await readServed(query)
    const catalogue = served && (await readProducts(query, served))
    let [clients, rows] = [0, 0]
    let part: Part[] = []
    const flush = async () => {
      signal.throwIfAborted()
      await insertHistories(query, part)
      if (served && catalogue) rows += await insertLists(query, part, { served, catalogue, rules, build })
      clients += part.length
      part = []
      report(0.5, `${clients} clients`)
    }
    for await (const one of readHistories(past)) {
      part.push(one)
      if (part.length === CLIENTS_AT_ONCE) await flush()
    }
    await flush()
    await dropAllGone(query)
    if (served)
      await recordKeptMart(query, build, {
        mart: MART,
        rows,
        key: ['client_id', 'rank'],
        trace: TRACE,
      })
    return { clients, products: products.length, version: served?.champion.version ?? null }
  })
}

async function replaceProducts(query: Query, products: StoredProduct[], origin: string): Promise<void> {
  await query('delete from propositions.product')
  for (let at = 0; at < products.length; at += ROWS_AT_ONCE)
    await query(
      `insert into propositions.product (origin, product_id, recent3, recent7, recent14, recent28, total, first_on, price, cost)
       select $2::date, r.* from jsonb_to_recordset($1::jsonb) as r
         (product_id text, recent3 float8, recent7 float8, recent14 float8, recent28 float8, total float8, first_on date, price float8, cost float8)`,
      [JSON.stringify(products.slice(at, at + ROWS_AT_ONCE)), origin],
    )
}

async function replaceTerritories(query: Query, territories: Known['territories']): Promise<void> {
  await query('delete from propositions.territory_product')
  for (let at = 0; at < territories.length; at += ROWS_AT_ONCE)
    await query(
      `insert into propositions.territory_product (territory_id, product_id, buyers)
       select * from jsonb_to_recordset($1::jsonb) as r (territory_id text, product_id text, buyers float8)`,
      [JSON.stringify(territories.slice(at, at + ROWS_AT_ONCE))],
    )
}

type Part = { clientId: string; history: History }

async function insertHistories(query: Query, part: Part[]): Promise<void> {
  if (part.length === 0) return
  await query(
    `insert into propositions.history (client_id, bought, interested, returned, dismissed, territory_id)
     select * from jsonb_to_recordset($1::jsonb) as r
       (client_id text, bought jsonb, interested jsonb, returned jsonb, dismissed jsonb, territory_id text)`,
    [JSON.stringify(part.map(({ clientId, history }) => toRow(clientId, history)))],
  )
}

/** @returns how many rows */
async function insertLists(
  query: Query,
  part: Part[],
  made: { served: Served; catalogue: Map<string, Product>; rules: Rules; build: Build },
): Promise<number> {
  const { served, catalogue, rules, build } = made
  const rows = part.flatMap(({ clientId, history }) => {
    const serving = chooseModel(served, rules, clientId)
    const { list } = makeList(served, rules, {
      ...{
        serving,
        scored: findCandidates(served, serving, history),
        products: catalogue,
        history,
        clientId,
      },
      limit: LENGTH,
    })
    return list.map(({ productId, score, because, kind }, at) => ({
      ...{ client_id: clientId, rank: at + 1, product_id: productId, score, reason: because, kind },
      ...{ model: serving.model ? MODEL_NAME : TREND, version: (serving.model ?? served.champion).version },
    }))
  })
  if (rows.length > 0)
    await query(
      `insert into propositions.list (client_id, rank, product_id, score, reason, kind, model, version, position, changed_at)
       select r.*, $2, $3 from jsonb_to_recordset($1::jsonb) as r
         (client_id text, rank int, product_id text, score float8, reason text, kind text, model text, version int)`,
      [JSON.stringify(rows), build.position, build.changedAt],
    )
  return rows.length
}
