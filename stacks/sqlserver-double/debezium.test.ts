import assert from 'node:assert/strict'
import { test } from 'node:test'
import { debeziumStatements } from './answers/debezium.ts'
import { jdbcStatements } from './answers/jdbc.ts'
import { asSent, likePattern } from './answers/jdbc-text.ts'
import { makeRegistry } from './answers/registry.ts'
import { makeSession } from './answers/session.ts'
import { makeCountedClock } from './database/clock.ts'
import { makeDatabase } from './database/database.ts'
import { type Lsn, lsnToBytes, NO_LSN } from './database/lsn.ts'
import type { Part } from './tds/answer.ts'
import type { Value } from './tds/types.ts'

const clock = makeCountedClock({ utcOffset: 60 })
const database = makeDatabase({ name: 'shop', clock, habits: { disordersSeqvals: true } })
database.enableCdc()
database.ddl.createTable({
  name: 'item',
  columns: [
    { name: 'id', type: 'int' },
    { name: 'name', type: 'nvarchar(max)' },
  ],
  primaryKey: ['id'],
})
const first = database.enableTable({ table: 'item' })

const registry = makeRegistry(debeziumStatements, jdbcStatements)
const session = makeSession(database, {} as never, new Set())

/** The rows of an answer to a statement with these parameters in their order. */
async function ask(text: string, ...values: Value[]): Promise<Value[][]> {
  const parameters = values.map((value, index) => ({ name: `P${index}`, value, output: false }))
  const rows: Value[][] = []
  for await (const part of registry.answer(
    { text: asSent(text), parameters },
    session,
    new AbortController().signal,
  ) as AsyncIterable<Part>)
    if ('rows' in part) for await (const row of part.rows) rows.push([...row])
  return rows
}

const changesOf = (columns: string, from: Lsn, to: Lsn) => {
  const [at, end] = [lsnToBytes(from), lsnToBytes(to)]
  const zero = lsnToBytes(NO_LSN)
  return ask(
    `SELECT cdc_data.[__$start_lsn], cdc_data.[__$seqval], cdc_data.[__$operation], cdc_data.[__$update_mask], ${columns}, TODATETIMEOFFSET(ltm.tran_begin_time, DATEPART(TZOFFSET, SYSDATETIMEOFFSET())) FROM [shop].cdc.[dbo_item_CT] AS cdc_data LEFT JOIN [shop].cdc.lsn_time_mapping ltm ON ltm.start_lsn = cdc_data.[__$start_lsn]  WHERE (([cdc_data].[__$start_lsn] = ? AND [cdc_data].[__$seqval] = ? AND [cdc_data].[__$operation] > ?) OR ([cdc_data].[__$start_lsn] = ? AND [cdc_data].[__$seqval] > ?) OR ([cdc_data].[__$start_lsn] > ?)) AND [cdc_data].[__$start_lsn] <= ? ORDER BY cdc_data.[__$start_lsn] ASC, cdc_data.[__$command_id] ASC, cdc_data.[__$seqval] ASC, cdc_data.[__$operation] ASC`,
    ...[at, zero, 0, at, zero, at, end],
  )
}

test('changes come by statement and not by their place in the log, with the begin of their transaction in local time', async () => {
  const { lsn } = database.commit([
    { table: 'item', op: 'insert', row: { id: 1, name: 'a' } },
    { table: 'item', op: 'update', row: { id: 1, name: 'b' } },
  ])
  database.scan()
  const rows = await changesOf('[id], [name]', NO_LSN, lsn)
  assert.deepEqual(
    rows.map(([, , operation, , ...row]) => [operation, ...row.slice(0, 2)]),
    [
      [2, 1, 'a'],
      [3, 1, 'a'],
      [4, 1, 'b'],
    ],
  )
  const seqvals = rows.map(([, seqval]) => (seqval as Buffer).toString('hex'))
  assert.ok((seqvals[1] as string) < (seqvals[0] as string))
  assert.match(String(rows[0]?.at(-1)), /^2026-01-05T09:00:00\.\d+\+01:00$/)
  assert.deepEqual(await changesOf('[id]', lsn, NO_LSN), [])
})

test('entries without changes are no transactions, and the next LSN is the following number', async () => {
  const { lsn } = database.commit([{ table: 'item', op: 'insert', row: { id: 2, name: null } }])
  database.scan()
  const { startLsn } = database.writeEmptyEntry()
  const hex = async (text: string, ...values: Value[]) => {
    const [[value] = []] = await ask(text, ...values)
    return (value as Buffer).toString('hex')
  }
  assert.equal(await hex('SELECT [shop].sys.fn_cdc_get_max_lsn()'), startLsn)
  const nth = (where: string, count: string) =>
    `SELECT MAX(start_lsn) FROM (SELECT TOP (${count}) start_lsn FROM [shop].cdc.lsn_time_mapping WHERE ${where}tran_id <> 0x00 ORDER BY start_lsn) as next_lsns`
  assert.equal(await hex(nth('start_lsn >= ? AND ', '? + 1'), 500, lsnToBytes(NO_LSN)), lsn)
  assert.ok((await hex(nth('', '?'), 1)) < lsn)
  const next = await hex('SELECT [shop].sys.fn_cdc_increment_lsn(?)', lsnToBytes(lsn))
  assert.equal(BigInt(`0x${next}`), BigInt(`0x${lsn}`) + 1n)
})

test('instances are told from the LSN on from which they capture', async () => {
  const text =
    'WITH ordered_change_tables AS (SELECT ROW_NUMBER() OVER (PARTITION BY ct.source_object_id, ct.start_lsn ORDER BY ct.create_date DESC) AS ct_sequence, ct.* FROM [shop].cdc.change_tables AS ct WHERE ct.start_lsn <= ?) SELECT OBJECT_SCHEMA_NAME(source_object_id, DB_ID(?)), OBJECT_NAME(source_object_id, DB_ID(?)), capture_instance, object_id, start_lsn FROM ordered_change_tables WHERE ct_sequence = 1'
  const second = database.enableTable({ table: 'item', captureInstance: 'dbo_item_2' })
  const names = async (to: Lsn) => (await ask(text, lsnToBytes(to), 'shop', 'shop')).map(row => row[2])
  assert.deepEqual(await names(first.startLsn), ['dbo_item'])
  assert.deepEqual(await names(second.startLsn), ['dbo_item', 'dbo_item_2'])
})

test('another database is not there, and another text is no statement', async () => {
  await assert.rejects(ask('SELECT [other].sys.fn_cdc_get_max_lsn()'), { number: 911 })
  await assert.rejects(ask('SELECT [shop].sys.fn_cdc_get_max_lsn() -- now'), { number: 102 })
})

test('columns are found by patterns, with the numbers of their types in ODBC', async () => {
  const columns = jdbcStatements.find(({ name }) => name === 'jdbc: columns')
  assert.ok(columns && 'text' in columns)
  const rows = await ask(columns.text.replaceAll(/ @P\d /g, '?'), 'item', 'dbo', 'shop', '%', 2, 3)
  assert.deepEqual(
    rows.map(row => row.slice(2, 7)),
    [
      ['item', 'id', 4, 'int', 10],
      ['item', 'name', -9, 'nvarchar', 2_147_483_647],
    ],
  )
  assert.deepEqual(
    ['item', 'Item', 'items', 'x'].map(name => likePattern('i%[m]').test(name)),
    [true, true, false, false],
  )
  assert.ok(likePattern('a\\_b').test('a_b') && !likePattern('a\\_b').test('axb'))
})
