import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import indexProducts from '../../functions/search/index-products/handler.ts'
import searchProducts from '../../functions/search/search-products/handler.ts'
import { loadModels, type Models } from '../../shared/models/index.ts'
import { migrate, openStore, type Store } from '../../shared/store/index.ts'
import { CATALOGUE, makeEvent } from '../support/catalogue.ts'
import { startFunction } from '../support/function.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'

/** An index that the version before has made, with its migrations and its statements. */
const MIGRATIONS = join(ROOT, 'shared', 'store', 'migrations')
const LAST_BEFORE = '0022'

let postgres: TestPostgres
let store: Store
let models: Models
before(async () => {
  postgres = await startTestPostgres()
  models = await loadModels()
  await postgres.createDatabase('older')
  store = openStore(postgres.url('older'))
  const folder = mkdtempSync(join(tmpdir(), 'cordage-older-'))
  for (const name of readdirSync(MIGRATIONS))
    if (name.slice(0, 4) <= LAST_BEFORE) cpSync(join(MIGRATIONS, name), join(folder, name))
  await migrate(store, pathToFileURL(`${folder}/`))
  rmSync(folder, { recursive: true })
  await store.query(
    `insert into search.product (product_id, system, sku, name, model, category, position, words)
     select id, 'shop', sku, name, model, category, '0001-0000000000000001-00000000',
       setweight(to_tsvector('simple', concat_ws(' ', sku, name)) || to_tsvector('english', name), 'A')
     from (values ('1', 'ÄÖ-77', 'Übertopf', 'Topf', 'Küche'), ('2', 'BK-1', 'Road Bike', repeat('Road ', 200), 'Bikes')) as p (id, sku, name, model, category)`,
  )
  await store.query(
    `insert into search.product_text (system, model, culture, description, position) values ('shop', repeat('Road ', 200), 'de', 'Rennräder', '0001-0000000000000001-00000000')`,
  )
  await migrate(store)
})
after(async () => {
  await models.close()
  await store.close()
  await postgres.stop()
})

test('an index from before is searched at once, and as people type after index-products has started', async () => {
  const resources = { store, models, sources: [CATALOGUE] }
  const search = await startFunction(searchProducts, { resources })
  const first = async (input: object) => {
    const { status, body } = await search.call(input)
    assert.equal(status, 200, JSON.stringify(body))
    return (body.results as { sku: string }[])[0]?.sku
  }
  assert.equal(await first({ query: 'bk-1' }), 'BK-1')
  assert.equal(await first({ query: 'bikes' }), 'BK-1')
  const index = await startFunction(indexProducts, { resources })
  for (const query of ['äö-77', 'ubertopf', 'ÜBERTOPF', 'überto'])
    assert.equal(await first({ query }), 'ÄÖ-77', query)
  assert.equal(await first({ filters: { category: 'KÜCHE' } }), 'ÄÖ-77')
  // Of a model whose name an index did not always hold: it is shortened alike in what is there and in what comes.
  assert.equal(await first({ query: 'rennrader' }), 'BK-1')
  const text = { Model: 'Road '.repeat(200), Culture: 'de', Description: 'Fahrräder' }
  await index.deliver([makeEvent({ table: 'ProductDescription', op: 'u', row: text, commit: 9 })])
  assert.equal(await first({ query: 'fahrrader' }), 'BK-1')
  assert.equal((await store.query('select 1 from search.product_text')).length, 1)
})
