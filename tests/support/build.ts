import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Warehouse } from '../../shared/warehouse/index.ts'

export type BuiltMart = {
  sql: string
  key: string[]
  indexes?: string[]
  access?: string
  rowRules?: Record<string, string>
}

/** A finished build as build-warehouse leaves it, with these marts. */
export async function writeBuild(
  warehouse: Warehouse,
  marts: Record<string, BuiltMart>,
  { position, changedAt = '2017-07-03T13:00:00Z' }: { position: string; changedAt?: string | undefined },
): Promise<void> {
  const { target, replace } = await warehouse.beginBuild()
  assert.ok(target.engine === 'duckdb')
  await rm(target.file, { force: true })
  const instance = await DuckDBInstance.create(target.file)
  const connection = await instance.connect()
  await connection.run(
    `create table build as select now() as built_at, '${position}' as position, timestamptz '${changedAt}' as changed_at, '{"adventureworks.Sale": 3}' as versions`,
  )
  await connection.run(
    'create table mart (name varchar, description varchar, key varchar, indexes varchar, access varchar, row_rules varchar)',
  )
  for (const [name, { sql, key, indexes = [], access = 'user', rowRules = {} }] of Object.entries(marts)) {
    await connection.run(`create table ${name} as ${sql}`)
    const lists = [key, indexes].map(list => `'${JSON.stringify(list)}'`).join(', ')
    await connection.run(
      `insert into mart values ('${name}', 'Grain: one row.', ${lists}, '${access}', '${JSON.stringify(rowRules)}')`,
    )
  }
  connection.closeSync()
  instance.closeSync()
  await replace()
}
