import pg from 'pg'
import { FailedError } from '../../../shared/errors/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import type { Mart } from '../../../shared/warehouse/index.ts'

const quote = pg.escapeIdentifier

/** @throws FailedError where a row rule names a column that its mart does not have: it would be unclear what it hides */
export function checkRowRules(marts: Mart[]): void {
  for (const { name, columns, rowRules } of marts)
    for (const column of Object.keys(rowRules))
      if (!columns.some(own => own.name === column))
        throw new FailedError(
          `mart ${name} has a row rule on column ${column}, which does not exist: correct row_rules beside its model`,
          { reason: 'unknown_rule_column' },
        )
}

/** The view of a mart: its owner sees every row, any other role those that ops.mart_reader allows. */
export function viewSql({ name, rowRules }: Mart, schema: string, owner: string): string {
  const isOwner = `pg_has_role(current_user, ${pg.escapeLiteral(owner)}, 'member')`
  const rules = Object.entries(rowRules).map(([column, claim]) => {
    const own = `select value from ops.own_claim where claim = ${pg.escapeLiteral(claim)}`
    return `(${isOwner} or t.${quote(column)}::text in (${own}))`
  })
  // A barrier, so that no function of a reader's own is shown a row that the rule hides.
  return rules.length === 0
    ? `create or replace view mart.${quote(name)} as select * from ${quote(schema)}.${quote(name)}`
    : `create or replace view mart.${quote(name)} with (security_barrier) as
       select t.* from ${quote(schema)}.${quote(name)} as t where ${rules.join(' and ')}`
}

/** Views that migrations have made, of what search and scoring keep: like marts that everybody may read. */
const KEPT = ['vector_product_embeddings', 'mart_forecast_product_day', 'mart_reco_client_top_n'].map(
  name => ({
    name,
    access: 'user',
  }),
)

type Granted = Pick<Mart, 'name' | 'access'>

/** Lets each role of ops.mart_reader read the marts of its levels, and no other. */
export async function grantToReaders(query: Query, marts: Granted[]): Promise<void> {
  const readers = await query<{ role: string; access: string[] }>(
    'select r.role, r.access from ops.mart_reader r join pg_roles p on p.rolname = r.role order by r.role',
  )
  for (const { role, access } of readers) {
    await query(`grant usage on schema mart to ${quote(role)}`)
    const may = (mart: Granted) => access.includes(mart.access)
    const views = (own: Granted[]) => own.map(({ name }) => `mart.${quote(name)}`).join(', ')
    const all = [...marts, ...KEPT]
    const [given, withheld] = [all.filter(may), all.filter(mart => !may(mart))]
    if (given.length > 0) await query(`grant select on ${views(given)} to ${quote(role)}`)
    if (withheld.length > 0) await query(`revoke select on ${views(withheld)} from ${quote(role)}`)
  }
}
