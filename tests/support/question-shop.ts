import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import publishMarts from '../../functions/model/publish-marts/handler.ts'
import type { Store } from '../../shared/store/index.ts'
import { openWarehouse } from '../../shared/warehouse/index.ts'
import { type BuiltMart, writeBuild } from './build.ts'
import { passChecks } from './checks.ts'
import { startFunction } from './function.ts'
import { ROOT, startTestPostgres } from './postgres.ts'

/**
 * A small shop with the metrics of dbt/metrics: from 1 January 2015 to Wednesday, 28 June 2017, with four lines a day. Its
 * marts have the columns that the metrics read, and no others.
 */
const FIRST = '2015-01-01'
const LAST = '2017-06-28'

const PRODUCTS: [name: string, category: string, subcategory: string, color: string | null][] = [
  ['Sport-100 Helmet, Red', 'Accessories', 'Helmets', 'Red'],
  ['Sport-100 Helmet, Black', 'Accessories', 'Helmets', 'Black'],
  ['Mountain-200 Silver, 38', 'Bikes', 'Mountain Bikes', 'Silver'],
  ['Mountain-200 Black, 42', 'Bikes', 'Mountain Bikes', 'Black'],
  ['Road-150 Red, 48', 'Bikes', 'Road Bikes', 'Red'],
  ['Touring-1000 Blue, 46', 'Bikes', 'Touring Bikes', 'Blue'],
  ['Half-Finger Gloves, M', 'Clothing', 'Gloves', 'Black'],
  ['Long-Sleeve Logo Jersey, L', 'Clothing', 'Jerseys', 'Multi'],
  ['AWC Logo Cap', 'Clothing', 'Caps', 'Multi'],
  ['Mountain Tire Tube', 'Accessories', 'Tires and Tubes', null],
  ['HL Road Frame - Red, 58', 'Components', 'Road Frames', 'Red'],
]
const TERRITORIES = [
  ['1', 'Northwest', 'United States'],
  ['4', 'Southwest', 'United States'],
  ['6', 'Canada', 'Canada'],
  ['7', 'France', 'France'],
  ['8', 'Germany', 'Germany'],
  ['9', 'Australia', 'Australia'],
  ['10', 'United Kingdoms', 'United Kingdom'],
]
const OCCUPATIONS = ['Professional', 'Management', 'Skilled Manual', 'Clerical', 'Manual']
const SEGMENTS = ['champion', 'loyal', 'new', 'big_spender', 'occasional', 'at_risk', 'leaving']

const quote = (text: string | null) => (text === null ? 'null' : `'${text.replaceAll("'", "''")}'`)
const values = (rows: (string | null)[][], columns: string) =>
  `select * from (values ${rows.map(row => `(${row.map(quote).join(', ')})`).join(', ')}) as v (${columns})`

/** Four lines a day, whose product, territory and client follow from their number. */
const LINES = `select i, date '${FIRST}' + cast(i // 4 as integer) as day, i % ${PRODUCTS.length} as p, i % ${TERRITORIES.length} as t, i % 40 as c
  from range(0, (date_diff('day', date '${FIRST}', date '${LAST}') + 1) * 4) as r (i)`
const TERRITORY = `case t ${TERRITORIES.map(([id], i) => `when ${i} then '${id}'`).join(' ')} end`
const LINE = `'p' || p as product_key, 'c' || c || '-1' as client_key, 'c' || c as client_id, ${TERRITORY} as territory_id,
  cast(1 + i % 3 as decimal(19,4)) as quantity, cast((10 + p * 7.25) * (1 + i % 3) as decimal(19,4)) as amount, 'USD' as currency`

function makeMarts(rowRules: Record<string, string>): Record<string, BuiltMart> {
  return {
    fct_sale: {
      sql: `select 's' || i as sale_id, 'o' || (i // 2) as order_id, day as sale_date, ${LINE} from (${LINES})`,
      key: ['sale_id'],
      rowRules,
    },
    fct_order_item: {
      sql: `select 'l' || i as order_item_id, 'o' || (i // 2) as order_id, day as order_date, case when i % 9 = 0 then 'open' else 'shipped' end as status,
        cast(1 + i % 2 as varchar) as transporter_id, ${LINE} from (${LINES})`,
      key: ['order_item_id'],
      rowRules,
    },
    fct_return: {
      sql: `select 'r' || i as return_id, day as return_date, ${LINE} from (${LINES}) where i % 20 = 0`,
      key: ['return_id'],
      rowRules,
    },
    fct_inventory_snapshot: {
      sql: `select 'k' || p || d as stock_id, date '${LAST}' - cast(d as integer) as snapshot_date, 'p' || p as product_key, cast(p as varchar) as product_id,
        case when p % 2 = 0 then 'Finished Goods Storage' else 'Tool Crib' end as location, cast(100 + p - d as decimal(19,4)) as quantity
        from range(0, ${PRODUCTS.length}) as a (p), range(0, 60) as b (d)`,
      key: ['stock_id'],
    },
    agg_client_rfm: {
      sql: `select 'c' || c as client_id, case m when 0 then date '${LAST}' else date '2017-05-31' end as as_of_date,
        case (c + m) % 7 ${SEGMENTS.map((segment, i) => `when ${i} then '${segment}'`).join(' ')} end as segment
        from range(0, 40) as a (c), range(0, 2) as b (m)`,
      key: ['client_id', 'as_of_date'],
    },
    fct_search: {
      sql: `select 'q' || d as search_id, date '${LAST}' - cast(d as integer) as search_date, 'en' as language, 'plain' as ranking, 1 as search_count,
        cast(d % 4 = 0 as integer) as found_nothing, cast(d % 3 = 0 as integer) as clicked, 0 as order_count, 1 as linkable, 0 as reformulated,
        cast(0.5 as double) as reciprocal_rank, 2 as first_click_position from range(0, 40) as r (d)`,
      key: ['search_id'],
    },
    agg_stock_coverage: {
      sql: `select 'p' || p as product_id, name, category, subcategory, date '${LAST}' as as_of_date, 'USD' as currency,
        cast(p * 3 as decimal(19,4)) as stock_quantity, cast(p * 100 as decimal(38,4)) as stock_cost, cast(0.5 as decimal(19,4)) as quantity_per_day,
        case when p = 0 then null else cast(p * 2.5 as decimal(19,4)) end as days_of_stock,
        case p % 4 when 0 then 'out_of_stock' when 1 then 'short' when 2 then 'dead' else 'healthy' end as status
        from (${values(
          PRODUCTS.map(([name, category, subcategory], i) => [String(i), name, category, subcategory]),
          'number, name, category, subcategory',
        )}) as n, lateral (select cast(number as integer) as p) as c`,
      key: ['product_id'],
    },
    set_aside: {
      sql: `select 'Sale' as source_table, 'k' || i as row_key, 'quantity' as column_name, 'not a number' as reason from range(0, 3) as r (i)`,
      key: ['row_key'],
    },
    dim_product: {
      sql: values(
        PRODUCTS.map((row, i) => [`p${i}`, `${i}`, ...row]),
        'product_key, product_id, name, category, subcategory, color',
      ).replace('*', '*, true as is_current, cast(10 as decimal(19,4)) as list_price'),
      key: ['product_key'],
    },
    dim_territory: { sql: values(TERRITORIES, 'territory_id, region, country'), key: ['territory_id'] },
    dim_transporter: {
      sql: values(
        [
          ['1', 'CARGO TRANSPORT 5'],
          ['2', 'ZY - EXPRESS'],
        ],
        'transporter_id, name',
      ),
      key: ['transporter_id'],
    },
    dim_client: {
      sql: values(
        Array.from({ length: 40 }, (_, i) => [`c${i}-1`, OCCUPATIONS[i % 5] ?? '']),
        'client_key, occupation',
      ),
      key: ['client_key'],
    },
  }
}

const READ = `import json, sys
from read_metrics import read_metrics
print(json.dumps(read_metrics(json.loads(sys.argv[1]))))`

/** The metrics of dbt/metrics, held against the columns that the marts have. */
function readMetrics(marts: Record<string, { key: string[]; columns: string[] }>): { name: string }[] {
  const env = { ...process.env, PYTHONPATH: join(ROOT, 'dbt') }
  const python = join(ROOT, '.venvs/warehouse/bin/python')
  return JSON.parse(execFileSync(python, ['-c', READ, JSON.stringify(marts)], { env, encoding: 'utf8' }))
}

const COLUMNS: Record<string, string> = {
  fct_sale:
    'sale_id order_id sale_date product_key client_key client_id territory_id quantity amount currency',
  fct_order_item:
    'order_item_id order_id order_date status transporter_id product_key client_key client_id territory_id quantity amount currency',
  fct_return: 'return_id return_date product_key client_key client_id territory_id quantity amount currency',
  fct_inventory_snapshot: 'stock_id snapshot_date product_key location quantity',
  agg_client_rfm: 'client_id as_of_date segment',
  fct_search:
    'search_id search_date language ranking search_count found_nothing clicked order_count linkable reformulated reciprocal_rank first_click_position',
  dim_product: 'product_key name category subcategory color',
  dim_territory: 'territory_id region country',
  dim_transporter: 'transporter_id name',
  dim_client: 'client_key occupation',
}

/** `home` is a folder that ends with the shop. */
export type QuestionShop = { store: Store; home: string; stop(): Promise<void> }

/** @param rowRules of sales, returns and orders: by column, the claim that holds the values that a caller sees */
export async function publishQuestionShop({
  rowRules = {},
  change = marts => marts,
}: {
  rowRules?: Record<string, string>
  change?: (marts: Record<string, BuiltMart>) => Record<string, BuiltMart>
} = {}): Promise<QuestionShop> {
  const postgres = await startTestPostgres()
  const home = mkdtempSync(join(tmpdir(), 'cordage-questions-'))
  const store = await postgres.createStore()
  const warehouse = openWarehouse({ CORDAGE_HOME: home, WAREHOUSE_URL: undefined })
  const marts = change(makeMarts(rowRules))
  const described = Object.fromEntries(
    Object.entries(marts).map(([name, { key }]) => [
      name,
      { key, columns: (COLUMNS[name] ?? '').split(' ') },
    ]),
  )
  await writeBuild(warehouse, marts, {
    position: '0001-0000000000003000-00000000',
    metrics: readMetrics(described),
  })
  await passChecks(store, warehouse)
  const publish = await startFunction(publishMarts, { resources: { store, warehouse } })
  const { status, body } = await publish.call({})
  assert.equal(status, 200, JSON.stringify(body))
  return {
    store,
    home,
    async stop() {
      await postgres.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}
