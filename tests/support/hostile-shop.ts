import type { BuiltMart } from './build.ts'

/** Names that a template, a pattern of replacement or a form could take for something else. */
export const BOLD = '<b>Bold</b>\n$& {} %s "quoted"; $500 (50%)'
export const RIGHT_TO_LEFT = '\u202Eمنتج אבג'
export const LONG = 'Long '.repeat(90).trim()
export const SWITCHER = 'switcher /of currencies'
/** The same name in two categories. */
export const TWIN = 'Twin 7'

const FIRST = '2015-12-20'
const LAST = '2017-06-28'
/** Stock was last counted on that day. */
export const LAST_COUNT = '2017-05-20'

const PRODUCTS: [name: string | null, category: string | null][] = [
  ['Steady', 'Bikes'],
  [TWIN, 'Bikes'],
  [TWIN, 'Clothing'],
  ['Orphan', null],
  ['Seasonal', 'Clothing'],
  [BOLD, 'Accessories'],
  [RIGHT_TO_LEFT, 'Accessories'],
  ['', ''],
  [null, 'Clothing'],
  ['Mover', 'Accessories'],
  [LONG, 'Accessories'],
]

const quote = (text: string | null) => (text === null ? 'null' : `'${text.replaceAll("'", "''")}'`)

type Line = {
  product: number
  amount: string
  quantity?: string
  client?: string
  currency?: string
  order?: string
  when?: string
  times?: number
}

/** One line a day each, where `when` holds; amounts and quantities are SQL over the day. */
const LINES: Line[] = [
  { product: 0, amount: '10.0000000001', client: "'c' || (n % 10)", times: 2 },
  { product: 1, amount: '20', client: "'c' || (n % 7)" },
  { product: 2, amount: '30', client: 'null' },
  { product: 3, amount: '40' },
  { product: 4, amount: '70', when: "strftime(day, '%m') = '05'" },
  { product: 5, amount: "case when day < date '2017-05-01' then 10 else 15 end" },
  { product: 6, amount: '1000000000000000', currency: 'XTS' },
  { product: 7, amount: '3' },
  { product: 8, amount: '0', quantity: '0' },
  { product: 9, amount: '8', times: 1 },
  { product: 9, amount: '8', times: 4, when: "day >= date '2017-05-01'" },
  { product: 10, amount: '-5', quantity: '-1' },
  { product: 0, amount: '90', client: quote(SWITCHER), when: "day < date '2017-05-01'" },
  { product: 0, amount: '90', client: quote(SWITCHER), when: "day >= date '2017-05-01'", currency: 'EUR' },
  { product: 0, amount: '33', client: "'gone'", when: "day < date '2017-05-01'" },
  { product: 1, amount: '12', client: "'pound'", when: "day < date '2017-05-01'", currency: 'GBP' },
  { product: 1, amount: '6', order: "'over-days-' || strftime(day, '%Y-%m')" },
]

function linesSql(): string {
  return LINES.map(
    (
      { product, amount, quantity = '1', client = "'c1'", currency = 'USD', order, when = 'true', times = 1 },
      i,
    ) =>
      `select '${i}-' || n || '-' || t as sale_id, ${order ?? `'o${i}-' || n || '-' || t`} as order_id, day as sale_date, 'p${product}' as product_key,
        'x' as client_key, ${client} as client_id, ${product % 2 === 0 ? "'8'" : product === 3 ? 'null' : "'7'"} as territory_id,
        cast(${quantity} as decimal(19,4)) as quantity, cast(${amount} as decimal(38,10)) as amount, '${currency}' as currency
      from (select n, date '${FIRST}' + cast(n as integer) as day, t from range(0, date_diff('day', date '${FIRST}', date '${LAST}') + 1) as r (n),
        range(0, ${times}) as s (t)) where ${when}`,
  ).join('\nunion all\n')
}

/** Marts of a shop whose sales, names and stock are what no shop's should be: from 20 December 2015 to 28 June 2017. */
export function makeHostile(marts: Record<string, BuiltMart>): Record<string, BuiltMart> {
  const product = (i: number) => `'${i}' as product_id`
  const change = (name: string, sql: string, more: Partial<BuiltMart> = {}) => {
    const mart = marts[name]
    if (!mart) throw new TypeError(name)
    return { [name]: { ...mart, sql, ...more } }
  }
  return {
    ...marts,
    ...change('fct_sale', linesSql()),
    ...change(
      'dim_product',
      PRODUCTS.map(
        ([name, category], i) =>
          `select 'p${i}' as product_key, ${product(i)}, ${quote(name)} as name, ${quote(category)} as category, 'Sub' as subcategory,
            cast(null as varchar) as color, true as is_current, cast(10 as decimal(19,4)) as list_price`,
      ).join(' union all '),
    ),
    ...change(
      'fct_inventory_snapshot',
      `select 'k' || p || d as stock_id, date '${LAST_COUNT}' - cast(d as integer) as snapshot_date, 'p' || p as product_key, cast(p as varchar) as product_id,
        'Shelf 9' as location, cast(case when p = 2 and d < 9 then 0 when p = 1 and d < 9 then 0 else 100 + p - d end as decimal(19,4)) as quantity
        from range(0, ${PRODUCTS.length}) as a (p), range(0, 60) as b (d)`,
    ),
    ...change(
      'agg_stock_coverage',
      PRODUCTS.map(
        ([name, category], i) =>
          `select ${product(i)}, ${quote(name)} as name, ${quote(category)} as category, 'Sub' as subcategory, date '${LAST}' as as_of_date,
            'USD' as currency, cast(${1 + i * 3} as decimal(19,4)) as stock_quantity, cast(${100 + i} as decimal(38,4)) as stock_cost,
            cast(${i === 0 ? 0 : 0.5} as decimal(19,4)) as quantity_per_day,
            cast(${i === 0 ? 'null' : 20 + i * 0.5} as decimal(19,4)) as days_of_stock,
            '${['out_of_stock', 'short', 'short', 'dead', 'healthy', 'short', 'dead', 'dead', 'short', 'healthy', 'dead'][i]}' as status`,
      ).join(' union all '),
    ),
  }
}
