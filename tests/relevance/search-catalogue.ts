import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import indexProducts from '../../functions/search/index-products/handler.ts'
import searchProducts from '../../functions/search/search-products/handler.ts'
import { readSources } from '../../shared/capture/sources.ts'
import type { Settings, Source } from '../../shared/config/index.ts'
import type { Row } from '../../shared/events/index.ts'
import type { Models } from '../../shared/models/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { CATALOGUE, makeEvent } from '../support/catalogue.ts'
import { startFunction } from '../support/function.ts'
import { ROOT } from '../support/postgres.ts'
import type { Judged } from './judged.ts'

/** A catalogue with judged queries: its source, and the rows of its tables by what the source calls their columns. */
type Catalogue = { source: Source; tables: Record<string, Row[]>; products: Judged[] }

export function readCatalogue(name: string): Catalogue {
  return name === 'adventureworks' ? readAdventureWorks() : readOnlineRetail()
}

function readAdventureWorks(): Catalogue {
  const folder = join(ROOT, 'stacks/demo/data')
  const products = readCsv(join(folder, 'product.csv'))
  const [source] = readSources(join(ROOT, 'sources'))
  if (!source) throw new Error('the demo has no source')
  return {
    source,
    products,
    tables: {
      Product: products.map(product => ({
        ProductID: Number(product.product_id),
        ProductNumber: product.sku ?? null,
        Name: product.name ?? null,
        Model: product.model ?? null,
        Description: product.description ?? null,
        Color: product.color ?? null,
        ListPrice: product.list_price,
        Subcategory: product.subcategory ?? null,
        Category: product.category ?? null,
      })),
      ProductDescription: readCsv(join(folder, 'product_description.csv')).map(
        ({ model, culture, description }) => ({
          Model: model ?? null,
          Culture: culture ?? null,
          Description: description ?? null,
        }),
      ),
    },
  }
}

function readOnlineRetail(): Catalogue {
  const products = readCsv(join(import.meta.dirname, 'online-retail.csv'))
  return {
    source: CATALOGUE,
    products,
    tables: {
      Product: products.map(({ product_id, name, list_price }) => ({
        ProductID: product_id,
        ProductNumber: product_id,
        Name: name ?? null,
        Model: null,
        Description: null,
        Color: null,
        ListPrice: list_price,
        Subcategory: null,
        Category: null,
      })),
    },
  }
}

/** Rows by column; an empty field is null. */
function readCsv(file: string): Judged[] {
  const fields = [...readFileSync(file, 'utf8').matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)]
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of fields) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end !== ',') rows.push([])
  }
  const [header = [], ...found] = rows.filter(row => row.length > 1)
  return found.map(row => Object.fromEntries(header.map((name, at) => [name, row[at] || null])) as Judged)
}

/** Events of a batch: what the connector hands over at once. */
const BATCH = 100

type Surroundings = { store: Store; models: Models; settings?: Partial<Settings> }

/** Indexes a catalogue, and starts the search over it. @returns what finds a query's products */
export async function searchCatalogue(catalogue: Catalogue, surroundings: Surroundings) {
  await indexCatalogue(catalogue, surroundings)
  return await openSearch(catalogue, surroundings)
}

export async function indexCatalogue(
  { source, tables }: Catalogue,
  { store, models }: Surroundings,
): Promise<void> {
  const index = await startFunction(indexProducts, { resources: { store, models, sources: [source] } })
  let commit = 0
  for (const [table, rows] of Object.entries(tables)) {
    const events = rows.map(row => makeEvent({ table, row, commit: ++commit, source }))
    for (let at = 0; at < events.length; at += BATCH) await index.deliver(events.slice(at, at + BATCH))
  }
  await index.host.drain()
  await store.query('analyze')
}

/** Starts the search over a catalogue that is indexed. @returns what finds a query's products */
export async function openSearch({ source }: Catalogue, { store, models, settings = {} }: Surroundings) {
  const resources = { store, models, sources: [source] }
  const search = await startFunction(searchProducts, {
    ...{ resources, settings, onLog: line => process.stderr.write(line) },
  })
  await search.call({})
  await new Promise(resolve => setTimeout(resolve, 500))
  return async (input: { query: string; limit?: number; offset?: number; searchId?: string }) => {
    const { status, body } = await search.call(input)
    if (status !== 200) throw new Error(`${input.query}: ${JSON.stringify(body)}`)
    return body as {
      results: { productId: string; name: string; score: number; matched: string[] }[]
      interpreted: Record<string, unknown>
    }
  }
}
