import type { Identity } from '../../contract/index.ts'
import { findMart, makeRowRules, tableOf } from '../../marts/index.ts'
import type { Query } from '../../store/index.ts'
import type { Period } from '../facts.ts'
import type { Finding } from './observed.ts'

type Asked = { period: Period; caller: Identity }
type Seen = { name: string; before: boolean; now: boolean }

/**
 * Findings are of one currency and of half a year: what was sold or bought in another one, or longer ago, is not there for the
 * first time and has not gone. Such a finding says how much more or less it was.
 * @param found by currency
 */
export async function checkPast(query: Query, found: Finding[][], asked: Asked): Promise<Finding[][]> {
  const namesOf = (dimension: string) => [
    ...new Set(
      found
        .flat()
        .filter(({ kind }) => kind === 'new' || kind === 'lost')
        .flatMap(({ observed }) => observed.entity)
        .filter(entity => entity.dimension === dimension)
        .map(({ value }) => value),
    ),
  ]
  const [products, clients] = await Promise.all([
    readSeen(query, 'product', namesOf('product'), asked),
    readSeen(query, 'client', namesOf('client'), asked),
  ])
  const check = (finding: Finding): Finding => {
    const [entity] = finding.observed.entity
    const seen = (entity?.dimension === 'client' ? clients : products).get(entity?.value ?? '')
    const isElse = finding.kind === 'new' ? seen?.before : finding.kind === 'lost' && seen?.now
    return isElse ? { ...finding, kind: 'moved' } : finding
  }
  return found.map(own => own.map(check))
}

/** Whether anything of these was sold before the period, and in it. */
async function readSeen(
  query: Query,
  dimension: 'product' | 'client',
  names: string[],
  { period, caller }: Asked,
): Promise<Map<string, Seen>> {
  if (names.length === 0) return new Map()
  const [sales, products] = await Promise.all(
    ['fct_sale', 'dim_product'].map(mart => findMart(query, mart, caller, 'report')),
  )
  if (!sales || !products) throw new TypeError('two marts were asked for')
  const values: (string | string[])[] = [period.from, period.to, names]
  const rules = makeRowRules(sales.rowRules, caller, values).map(rule => `m.${rule}`)
  const own =
    dimension === 'product' ? makeRowRules(products.rowRules, caller, values).map(rule => `p.${rule}`) : []
  const name = dimension === 'product' ? 'p.name' : 'm.client_id'
  const join =
    dimension === 'product' ? `join ${tableOf(products)} as p on p.product_key = m.product_key` : ''
  const rows = await query<Seen>(
    `select ${name} as name, bool_or(m.sale_date < $1::date) as before, bool_or(m.sale_date >= $1::date) as now
     from ${tableOf(sales)} as m ${join}
     where ${[`${name} = any($3::text[])`, 'm.sale_date <= $2::date', ...rules, ...own].join(' and ')} group by 1`,
    values,
  )
  return new Map(rows.map(row => [row.name, row]))
}
