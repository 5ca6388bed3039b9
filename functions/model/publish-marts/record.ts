import type { Query } from '../../../shared/store/index.ts'
import type { Build, Metric, Model } from '../../../shared/warehouse/index.ts'
import type { Published } from './copy.ts'

/** What becomes current at once: the marts, of which build they are, how they were made, and what their numbers are called. */
export type Publication = { published: Published[]; build: Build; models: Model[]; metrics: Metric[] }

/** Writes down what the views show from now on. */
export async function recordPublication(
  query: Query,
  { published, build, models, metrics }: Publication,
  number: number,
): Promise<void> {
  const marts = published.map(mart => ({
    ...mart,
    columns: mart.columns.map((column, i) => ({ ...column, type: mart.types[i] })),
  }))
  await query('delete from ops.mart where schema_number is not null')
  for (const mart of marts)
    await query(
      `insert into ops.mart (mart, schema_number, rows, columns, description, built_at, position, changed_at, versions, access, row_rules, key, trace)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        mart.name,
        number,
        mart.rows,
        JSON.stringify(mart.columns),
        mart.description,
        build.builtAt,
        build.position,
        build.changedAt,
        JSON.stringify(build.versions),
        mart.access,
        JSON.stringify(mart.rowRules),
        JSON.stringify(mart.key),
        JSON.stringify(mart.trace),
      ],
    )
  await query('delete from ops.model')
  for (const { name, sql, parents } of models)
    await query('insert into ops.model (model, sql, parents) values ($1, $2, $3)', [name, sql, parents])
  await query('delete from ops.metric')
  for (const { name, definition } of metrics)
    await query('insert into ops.metric (metric, definition) values ($1, $2)', [
      name,
      JSON.stringify(definition),
    ])
  const compared = marts.map(({ name, key, columns, access, rowRules, rows }) => ({
    mart: name,
    key,
    columns: columns.map(({ name, type }) => ({ name, type })),
    access,
    rowRules,
    rows,
  }))
  await query(
    'insert into ops.publication (number, built_at, position, changed_at, marts) values ($1, $2, $3, $4, $5)',
    [number, build.builtAt, build.position, build.changedAt, JSON.stringify(compared)],
  )
}
