import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { makeRandom } from '../../stacks/demo/random.ts'
import { runProgram } from './run.ts'

/** Purchases as files here, and the back-test's door over them. */
export const home = mkdtempSync(join(tmpdir(), 'cordage-lists-'))
after(() => rmSync(home, { recursive: true }))

export type Row = { client_id: string; product_id: string; date: string; [column: string]: string | number }
export type Listed = { client_id: string | bigint | number; rank: number; product_id: string; score: number }

const START = Date.UTC(2025, 0, 6)
export const dateAt = (day: number) => new Date(START + day * 86_400_000).toISOString().slice(0, 10)
export const client = (one: number) => `00${one}`

/** Clients of three tastes: each buys some of the 25 products of its own, and now and then one that everybody buys. */
export function makeShop({ clients = 60, days = 200, seed = 1 } = {}): Row[] {
  const random = makeRandom(seed)
  const rows: Row[] = []
  for (let one = 0; one < clients; one++)
    for (let day = Math.floor(random() * 20); day < days; day += 10 + Math.floor(random() * 20))
      for (let line = 0; line < 3; line++) {
        const own = `${'abc'[one % 3]}${Math.floor(random() * 25)}`
        const product = random() < 0.2 ? `all ${Math.floor(random() * 3)}` : own
        rows.push({ client_id: client(one), product_id: product, date: dateAt(day) })
      }
  return rows
}

export function write(name: string, rows: object[], delimiter = ','): string {
  const file = join(home, `${name}.csv`)
  const columns = Object.keys(rows[0] ?? { client_id: 0, product_id: 0, date: 0 })
  const lines = rows.map(row => columns.map(column => (row as Row)[column] ?? '').join(delimiter))
  writeFileSync(file, [columns.join(delimiter), ...lines].join('\n'))
  return file
}

export async function writeParquet(name: string, sql: string): Promise<string> {
  const file = join(home, `${name}.parquet`)
  const connection = await (await DuckDBInstance.create()).connect()
  await connection.run(`copy (${sql}) to '${file}' (format parquet)`)
  connection.closeSync()
  return file
}

let runs = 0
export async function backtest(
  interactions: string,
  { split = 'days:30', products, models = 'served,popularity' }: { [option: string]: string } = {},
) {
  const out = join(home, `out-${runs++}`)
  const args = ['--interactions', interactions, '--split', split, '--models', models, '--out', out]
  const { code, stdout, stderr } = await runProgram(
    ['stacks/backtest/main.ts', 'propositions', ...args, ...(products ? ['--products', products] : [])],
    {},
    120_000,
  )
  if (code !== 0) return { code, stderr, out, lists: [], bytes: '' }
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))
  const file = await asyncBufferFromFile(join(out, 'lists.parquet'))
  const lists = (await parquetReadObjects({ file })) as Listed[]
  return {
    code,
    stdout,
    stderr,
    report,
    lists,
    bytes: readFileSync(join(out, 'lists.parquet')).toString('hex'),
  }
}

/** Each client's ranks go from 1 on, scores fall with them, and nothing is listed twice. */
export function assertSound(lists: Listed[], name = ''): Map<string, string[]> {
  const found = new Map<string, string[]>()
  let before: Listed | undefined
  for (const row of lists) {
    const own = found.get(String(row.client_id)) ?? []
    found.set(String(row.client_id), own)
    assert.ok(Number.isFinite(row.score), `${name}: ${JSON.stringify(row.score)}`)
    assert.equal(row.rank, own.length + 1, name)
    if (row.rank > 1) assert.ok(before && row.score < before.score, `${name}: rank ${row.rank}`)
    assert.ok(!own.includes(row.product_id), name)
    own.push(row.product_id)
    before = row
  }
  for (const own of found.values()) assert.ok(own.length <= 20, name)
  return found
}
