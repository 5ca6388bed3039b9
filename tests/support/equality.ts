import { execFile } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { keyOf } from '../../shared/capture/index.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { readPostgresValue } from '../../shared/capture/values.ts'
import {
  type Row,
  type SecretUrl,
  type Source,
  type SourceTable,
  takenColumns,
} from '../../shared/config/index.ts'
import { openVault, readMasterKey } from '../../shared/privacy/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { ROOT } from './postgres.ts'

const run = promisify(execFile)

export type EqualityOptions = {
  source: SecretUrl
  store: Store
  home: string
  lake: string
  /** What delta-rs needs to know of a lake in a bucket. */
  env?: Record<string, string>
  /** Whether the ledger began after the snapshot, so that each of its changes must be in the lake exactly once. */
  withLedger: boolean
}

/** What delta-rs found in the lake, beside what the source and its ledger say. */
export type Equality = { tables: Record<string, { rows: number; changes: number }>; differences: string[] }

/**
 * Holds the lake, read by delta-rs, against the source: every change of the ledger exactly once, and the latest row of
 * each key equal to the source's row after policy. The policy's outcome is computed here from the source's clear rows.
 */
export async function compareLake({
  source,
  store,
  home,
  lake,
  env = {},
  withLedger,
}: EqualityOptions): Promise<Equality> {
  const folder = mkdtempSync(join(tmpdir(), 'cordage-expected-'))
  const client = new pg.Client({
    connectionString: source.reveal(),
    types: { getTypeParser: () => (text: string | Buffer) => text } as pg.CustomTypesConfig,
  })
  await client.connect()
  try {
    const [system] = readSources(join(ROOT, 'sources'))
    if (!system) throw new Error('no source')
    await client.query('begin isolation level repeatable read')
    writeFileSync(
      join(folder, 'keys.json'),
      JSON.stringify(Object.fromEntries(system.tables.map(table => [table.name, table.key]))),
    )
    for (const table of system.tables) {
      await writeLines(
        join(folder, `${table.name}.rows`),
        treatRows(store, home, system, table, await readRows(client, table)),
      )
      if (withLedger)
        await writeLines(
          join(folder, `${table.name}.ledger`),
          treatLedger(store, home, system, table, await readLedger(client, table)),
        )
    }
    const { stdout } = await run(
      join(ROOT, '.venvs/test/bin/python'),
      [join(ROOT, 'tests', 'support', 'compare_lake.py'), `${lake}/cdc_adventureworks`, folder],
      {
        env: { ...process.env, ...env },
        maxBuffer: 64 * 1024 * 1024,
      },
    )
    return JSON.parse(stdout) as Equality
  } finally {
    await client.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Texts = Record<string, string | null>

async function readRows(client: pg.Client, table: SourceTable): Promise<Texts[]> {
  const columns = Object.keys(table.columns).map(name => pg.escapeIdentifier(name))
  return (
    await client.query<Texts>(`select ${columns.join(', ')} from dbo.${pg.escapeIdentifier(table.name)}`)
  ).rows
}

type LedgerLine = { op: string; before: string | null; after: string | null }

async function readLedger(
  client: pg.Client,
  table: SourceTable,
): Promise<{ op: string; before?: Texts; after?: Texts }[]> {
  // jsonb as text per value: a number's digits must not pass through a double.
  const texts = (row: string) =>
    `(select json_object_agg(key, case value when 'true' then 't' when 'false' then 'f' else value end) from jsonb_each_text(${row}))::text`
  const { rows } = await client.query<LedgerLine>(
    `select op, ${texts('before')} as before, ${texts('after')} as after from sim.ledger where table_name = $1 order by id`,
    [table.name],
  )
  return rows.map(({ op, before, after }) => ({
    op,
    ...(before !== null && { before: JSON.parse(before) as Texts }),
    ...(after !== null && { after: JSON.parse(after) as Texts }),
  }))
}

function toValues(table: SourceTable, texts: Texts): Row {
  return Object.fromEntries(
    takenColumns(table).map(([name, column]) => {
      const text = texts[name] ?? null
      return [name, text === null ? null : readPostgresValue(text, column.type)]
    }),
  )
}

async function treatAll(
  store: Store,
  home: string,
  source: Source,
  table: SourceTable,
  rows: Row[],
): Promise<Row[]> {
  const vault = openVault(source.system, readMasterKey(home))
  const clientOf = (row: Row) => (table.personal && table.client ? String(row[table.client]) : '')
  const keys = await vault.keysOf(store.query, table.personal ? rows.map(clientOf) : [])
  return rows.map(row => vault.treat(table, row, keys.get(clientOf(row))))
}

async function treatRows(
  store: Store,
  home: string,
  source: Source,
  table: SourceTable,
  rows: Texts[],
): Promise<object[]> {
  return treatAll(
    store,
    home,
    source,
    table,
    rows.map(row => toValues(table, row)),
  )
}

/** The lake's changes as the ledger says they must be: of a delete the key only, of a key's update two. */
async function treatLedger(
  store: Store,
  home: string,
  source: Source,
  table: SourceTable,
  lines: { op: string; before?: Texts; after?: Texts }[],
): Promise<object[]> {
  const changes = lines.flatMap(({ op, before, after }) => {
    const old = before && toValues(table, before)
    const now = after && toValues(table, after)
    if (old && now && keyOf(table, old) !== keyOf(table, now))
      return [
        { op: 'd', row: old },
        { op: 'c', row: now },
      ]
    return [{ op, row: (now ?? old) as Row }]
  })
  const treated = await treatAll(
    store,
    home,
    source,
    table,
    changes.map(change => change.row),
  )
  return changes.map(({ op }, i) => {
    const row = treated[i] ?? {}
    return {
      op,
      row: op === 'd' ? Object.fromEntries(table.key.map(name => [name, row[name]])) : row,
      key: table.key,
    }
  })
}

async function writeLines(file: string, values: Promise<object[]>): Promise<void> {
  const out = createWriteStream(file)
  for (const value of await values) out.write(`${JSON.stringify(value)}\n`)
  out.end()
  await finished(out)
}

/** Products, texts and stock in the index that differ from the source's. */
export async function compareIndex(source: SecretUrl, store: Store): Promise<string[]> {
  const client = new pg.Client({ connectionString: source.reveal() })
  await client.connect()
  try {
    const differences: string[] = []
    const compare = async (what: string, atSource: string, inIndex: string) => {
      const expected = new Set((await client.query<{ row: string }>(atSource)).rows.map(({ row }) => row))
      const found = new Set((await store.query<{ row: string }>(inIndex)).map(({ row }) => row))
      for (const row of expected.difference(found)) differences.push(`${what} missing in the index: ${row}`)
      for (const row of found.difference(expected)) differences.push(`${what} only in the index: ${row}`)
    }
    await compare(
      'product',
      `select concat_ws('|', "ProductID", "ProductNumber", "Name", "ListPrice", "Description") as row from dbo."Product"`,
      `select concat_ws('|', product_id, sku, name, list_price, description) as row from search.product where not is_deleted`,
    )
    await compare(
      'stock',
      `select concat_ws('|', "ProductID", "Location", "Quantity") as row from dbo."Inventory"`,
      `select concat_ws('|', product_id, location, quantity) as row from search.stock where not is_deleted`,
    )
    await compare(
      'text',
      `select concat_ws('|', "Model", "Culture", "Description") as row from dbo."ProductDescription"`,
      `select concat_ws('|', model, culture, description) as row from search.product_text where not is_deleted`,
    )
    const [embedded] = await store.query<{ missing: string }>(
      'select count(*) as missing from search.product p where not p.is_deleted and (p.words is null or (select count(*) from search.product_vector v where v.product_id = p.product_id) < 2)',
    )
    if (Number(embedded?.missing) > 0) differences.push(`${embedded?.missing} products without a vector`)
    return differences
  } finally {
    await client.end()
  }
}
