import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import type { TraceStep, Warehouse } from '../../shared/warehouse/index.ts'

export type BuiltMart = {
  sql: string
  key: string[]
  indexes?: string[]
  access?: string
  rowRules?: Record<string, string>
  trace?: TraceStep[]
}

/** A finished build as build-warehouse leaves it, with these marts. */
export async function writeBuild(
  warehouse: Warehouse,
  marts: Record<string, BuiltMart>,
  {
    position,
    changedAt = '2017-07-03T13:00:00Z',
    metrics = [],
  }: { position: string; changedAt?: string | undefined; metrics?: { name: string }[] },
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
    'create table mart (name varchar, description varchar, key varchar, indexes varchar, access varchar, row_rules varchar, trace varchar)',
  )
  await connection.run('create table model (name varchar, sql varchar, parents varchar)')
  await connection.run('create table metric (name varchar, definition varchar)')
  for (const [name, mart] of Object.entries(marts)) {
    const { sql, key, indexes = [], access = 'user', rowRules = {}, trace = [] } = mart
    await connection.run(`create table ${name} as ${sql}`)
    const json = JSON.stringify
    const row = [name, 'Grain: one row.', json(key), json(indexes), access, json(rowRules), json(trace)]
    await connection.run('insert into mart values (?, ?, ?, ?, ?, ?, ?)', row)
    await connection.run('insert into model values (?, ?, ?)', [name, sql, '[]'])
  }
  for (const metric of metrics)
    await connection.run('insert into metric values (?, ?)', [metric.name, JSON.stringify(metric)])
  connection.closeSync()
  instance.closeSync()
  await replace()
}
