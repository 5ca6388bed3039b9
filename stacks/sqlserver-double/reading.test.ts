import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Session } from '../../shared/capture/sqlserver/session.ts'
import * as statements from '../../shared/capture/sqlserver/statements.ts'
import { compared, selected, type TypedColumn } from '../../shared/capture/sqlserver/types.ts'
import { bytes, makeShop, serve } from '../../tests/support/sqlserver-double.ts'
import { describeType } from './database/describe.ts'
import { type Lsn, NO_LSN } from './database/lsn.ts'
import { type Denied, makeDatabase } from './index.ts'
import { everyColumn, everyRow } from './tds/every-type.ts'
import { writeType } from './tds/types.ts'

/** The rows of a change table, from a place on, in pieces. */
async function readAll(session: Session, columns: string[], to: Lsn, limit: number) {
  const all: unknown[][] = []
  const first = { limit: { int: limit }, to: bytes(to) }
  let rows = await session.query(statements.readChanges.text('dbo_item', columns), {
    ...first,
    reached: bytes(NO_LSN),
  })
  for (;;) {
    all.push(...rows)
    const last = rows.at(-1)
    if (!last || rows.length < limit) return all
    const hex = (cell: unknown) => bytes((cell as Buffer).toString('hex'))
    rows = await session.query(statements.readMoreChanges.text('dbo_item', columns), {
      ...{ ...first, lsn: hex(last[0]), command: { int: Number(last[1]) } },
      ...{ seqval: hex(last[2]), operation: { int: Number(last[3]) } },
    })
  }
}

test('the catalogue is told as our capture asks for it', async t => {
  const database = makeShop({ maxTextBytes: -1 })
  database.ddl.createTable({
    name: 'sale',
    columns: [
      { name: 'id', type: 'bigint', identity: true },
      { name: 'code', type: 'varchar(9) not null', collation: 'Czech_CI_AS' },
      { name: 'twice', type: 'int', compute: () => 2 },
    ],
    primaryKey: ['id'],
    unique: [['code', 'id']],
    partitions: { count: 2, of: ({ id }) => (Number(id) < 3 ? 1 : 2) },
  })
  database.ddl.createTable({ name: 'seen', kind: 'view', columns: [{ name: 'id', type: 'int' }] })
  for (const code of ['a', 'b', 'c']) database.commit([{ table: 'sale', op: 'insert', row: { code } }])
  const denied: Denied = new Set(['select on dbo.item(price)'])
  const { open, double } = await serve(t, database, { denied })
  const session = await open()
  const [server] = await session.query(statements.readServer.text())
  assert.deepEqual(server, [
    '16.0.4125.3',
    3,
    'shop',
    true,
    1,
    'READ_WRITE',
    0,
    'SQL_Latin1_General_CP1_CI_AS',
    -1,
  ])
  const names = { schema: { text: 'dbo' }, t0: { text: 'SALE' }, t1: { text: 'item' }, t2: { text: 'seen' } }
  const columns = await session.query(statements.readColumns.text(3), names)
  assert.deepEqual(
    columns.map(
      ([
        table,
        ,
        kind,
        name,
        id,
        type,
        length,
        precision,
        scale,
        nullable,
        computed,
        ,
        collation,
        mayRead,
      ]) => [
        ...[table, kind, name, id, type, length, precision, scale, nullable, computed, collation, mayRead],
      ],
    ),
    [
      ['item', 'U ', 'id', 1, 'int', 4, 10, 0, false, false, null, 1],
      ['item', 'U ', 'name', 2, 'nvarchar', 100, 0, 0, true, false, 'SQL_Latin1_General_CP1_CI_AS', 1],
      ['item', 'U ', 'price', 3, 'money', 8, 19, 4, true, false, null, 0],
      ['sale', 'U ', 'id', 1, 'bigint', 8, 19, 0, false, false, null, 1],
      ['sale', 'U ', 'code', 2, 'varchar', 9, 0, 0, false, false, 'Czech_CI_AS', 1],
      ['sale', 'U ', 'twice', 3, 'int', 4, 10, 0, true, true, null, 1],
      ['seen', 'V ', 'id', 1, 'int', 4, 10, 0, true, false, null, 1],
    ],
  )
  const indexes = await session.query(statements.readIndexes.text(3), names)
  assert.deepEqual(
    indexes.map(row => row.slice(1)),
    [
      [1, true, 'id'],
      [1, true, 'id'],
      [2, false, 'code'],
      [2, false, 'id'],
    ],
  )
  const partitions = await session.query(statements.readPartitions.text(3), names)
  assert.deepEqual(
    partitions.map(([, number, , rows]) => [number, rows]),
    [
      [1, '0'],
      [1, '2'],
      [2, '1'],
    ],
  )
  const instances = await session.query(statements.readInstances.text())
  assert.deepEqual(
    instances.map(row => [row[0], row[4], row[5], row[6], row[7]]),
    [
      ['dbo_item', true, null, 1, 1],
      ['dbo_item', true, null, 2, 2],
      ['dbo_item', true, null, 3, 3],
    ],
  )
  database.ddl.addColumn('item', { name: 'extra', type: 'int' })
  database.scan()
  const [guard] = await session.query(statements.readGuards.text())
  assert.ok(Buffer.isBuffer(guard?.[4]))
  assert.equal(double.statements.get('readColumns'), 1)
  assert.deepEqual(double.unknown, [])
})

test('changes are read in pieces of any size, all of them, each once and in order', async t => {
  const database = makeShop({ habits: { disordersSeqvals: true } })
  const { open } = await serve(t, database)
  const session = await open()
  for (let i = 0; i < 20; i++)
    database.commit([
      { table: 'item', op: 'insert', row: { id: i, name: 'a' } },
      { table: 'item', op: 'update', row: { id: i, name: 'b' } },
      ...(i % 3 ? [{ table: 'item', op: 'delete' as const, key: { id: i } }] : []),
    ])
  database.scan()
  const columns = ['c.[id]', 'c.[name]', 'convert(varchar(25), c.[price], 2) as [price]']
  const end = database.logEnd()
  const whole = await readAll(session, columns, end, 5000)
  assert.equal(whole.length, 20 * 3 + 13)
  for (const limit of [1, 2, 7]) assert.deepEqual(await readAll(session, columns, end, limit), whole)
  assert.deepEqual(
    whole.slice(0, 3).map(row => [row[1], row[3], ...row.slice(6)]),
    [
      [1, 2, 0, 'a', null],
      [2, 3, 0, 'a', null],
      [2, 4, 0, 'b', null],
    ],
  )
  const firstLsn = whole[0]?.[0] as Buffer
  const [reached, latest] = await session.query(statements.readLog.text(), {
    reached: bytes(firstLsn.toString('hex')),
  })
  assert.deepEqual(reached?.[1], whole[0]?.[4])
  assert.deepEqual(latest?.[0], whole.at(-1)?.[0])
})

test('every type is read as our capture asks for it, from the table and from its change table', async t => {
  const database = makeDatabase({ name: 'shop', maxTextBytes: -1 })
  database.ddl.createTable({
    name: 'every',
    columns: [
      { name: 'key', type: 'int' },
      ...everyColumn.map(({ name, type }) => ({ name, type: writeType(type) })),
    ],
    primaryKey: ['key'],
  })
  database.enableCdc()
  database.enableTable({ table: 'every' })
  const written = everyColumn.map(({ name }) => name).filter(name => name !== 'version')
  for (const [key, row] of everyRow.entries())
    database.commit([
      {
        table: 'every',
        op: 'insert',
        row: {
          key,
          ...Object.fromEntries(
            everyColumn
              .map(({ name }, i) => [name, row[i] ?? null])
              .filter(([name]) => written.includes(name as string)),
          ),
        },
      },
    ])
  database.scan()
  const { open } = await serve(t, database)
  const session = await open()
  const typed = everyColumn.map(({ name, type }): TypedColumn => ({ name, ...describeType(type) }))
  const rows = await session.query(
    statements.readRows.text({
      schema: 'dbo',
      table: 'every',
      columns: typed.map(column => selected(column)),
      along: ['[key]'],
    }),
    { limit: { int: 10 } },
  )
  const changes = await session.query(
    statements.readChanges.text(
      'dbo_every',
      typed.map(column => selected(column, 'c')),
    ),
    { limit: { int: 10 }, reached: bytes(NO_LSN), to: bytes(database.logEnd()) },
  )
  assert.deepEqual(
    changes.map(row => row.slice(6)),
    rows,
  )
  const texts = (name: string) => rows.map(row => row[everyColumn.findIndex(column => column.name === name)])
  assert.deepEqual(texts('dec38'), [
    '-9999999999999999999999999999.9999999999',
    '1234567890123456789012345678.0123456789',
    '0.0000000001',
    null,
  ])
  assert.deepEqual(texts('price'), ['-922337203685477.5808', '922337203685477.5807', '-0.0001', null])
  assert.deepEqual(texts('moment7')[1], '9999-12-31 23:59:59.9999999')
  assert.deepEqual(texts('moment0')[1], '9999-12-31 23:59:59')
  assert.deepEqual(texts('zoned')[2], '2026-11-26 00:30:00.1234567 +05:30')
  assert.deepEqual(texts('older')[1], '2079-06-06 23:59:00.000')
  assert.deepEqual(texts('guid')[2], '6F9619FF-8B86-D011-B42D-00C04FC964FF')
  assert.deepEqual(texts('doc')[1], '<a>ü😀</a>')

  // Every column can be the one along which the table is read, from a value of its own on.
  for (const [i, column] of typed.entries()) {
    if (
      ['text', 'ntext', 'image', 'xml', 'timestamp', 'real', 'float'].includes(column.typeName) ||
      column.maxLength === -1
    )
      continue
    const name = `[${column.name}]`
    const printed = (value: unknown) =>
      Buffer.isBuffer(value)
        ? `0x${value.toString('hex').toUpperCase()}`
        : typeof value === 'boolean'
          ? String(Number(value))
          : String(value)
    const sorted = await session.query(
      statements.readRows.text({
        schema: 'dbo',
        table: 'every',
        columns: [selected(column), '[key]'],
        along: [name, '[key]'],
      }),
      { limit: { int: 10 } },
    )
    assert.equal(sorted[0]?.[0], null, column.name)
    const [, [first, key] = []] = sorted
    const rest = await session.query(
      statements.readRows.text(
        { schema: 'dbo', table: 'every', columns: [selected(column), '[key]'], along: [name, '[key]'] },
        [compared(column, '@k0'), 'convert(int, @k1)'],
      ),
      { limit: { int: 10 }, k0: { text: printed(first) }, k1: { text: String(key) } },
    )
    assert.deepEqual(rest, sorted.slice(2), `${everyColumn[i]?.name}`)
  }
})
