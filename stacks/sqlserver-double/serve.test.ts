import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import sql from 'mssql'
import { openSession, type Parameter } from '../../shared/capture/sqlserver/session.ts'
import * as statements from '../../shared/capture/sqlserver/statements.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import { ACCOUNT, errorOf, insert, makeShop, serve } from '../../tests/support/sqlserver-double.ts'
import { lsnAsNumeric } from './database/lsn.ts'
import { type Denied, makeSecondary } from './index.ts'

test('the place of a snapshot parts the changes in it from those behind it, whatever is written meanwhile', async t => {
  const database = makeShop()
  const { open } = await serve(t, database)
  for (let id = 0; id < 5; id++) insert(database, id)
  const writer = database.begin()
  writer.change({ table: 'item', op: 'insert', row: { id: 100 } })
  const [locker, reader] = [await open(), await open()]
  let isLocked = false
  const locked = locker.query(statements.lockTable.text('dbo', 'item')).then(() => {
    isLocked = true
  })
  await sleep(20)
  assert.equal(isLocked, false)
  writer.commit()
  await locked
  const late = database.commitWhenFree([{ table: 'item', op: 'insert', row: { id: 200 } }])
  await reader.query(statements.beginSnapshot.text())
  const [[place] = []] = await reader.query(statements.readPlace.text())
  await locker.query(statements.rollBack.text())
  const { lsn } = await late
  assert.ok(BigInt(String(place)) < BigInt(lsnAsNumeric(lsn)))
  const read = statements.readRows.text({ schema: 'dbo', table: 'item', columns: ['[id]'], along: ['[id]'] })
  assert.deepEqual((await reader.query(read, { limit: { int: 10 } })).flat(), [0, 1, 2, 3, 4, 100])
  database.ddl.addColumn('item', { name: 'extra', type: 'int' })
  assert.equal(await errorOf(reader.query(read, { limit: { int: 10 } })), 3961)
  await reader.query(statements.rollBack.text())
  assert.deepEqual((await reader.query(read, { limit: { int: 10 } })).flat(), [0, 1, 2, 3, 4, 100, 200])
})

test('a lock that is not had in time is error 1222, and a client that goes lets its own go', async t => {
  const database = makeShop()
  const { open, double } = await serve(t, database)
  const [holder, other] = [await open(), await open()]
  await holder.query(statements.lockTable.text('dbo', 'item'))
  assert.throws(() => insert(database, 1), { number: 1222 })
  await holder.close()
  while (double.sessions.size > 1) await sleep(5)
  insert(database, 1)
  const writer = database.begin()
  writer.change({ table: 'item', op: 'insert', row: { id: 2 } })
  const quick = statements.lockTable.text('dbo', 'item').replace('2000', '30')
  assert.equal(await errorOf(other.query(quick)), 1222)
  await other.query(statements.rollBack.text())
  writer.commit()
  await other.query(quick)
})

test('where snapshots are not allowed the first read of one is error 3952', async t => {
  const { open } = await serve(t, makeShop({ allowsSnapshots: false }))
  const session = await open()
  assert.equal(await errorOf(session.query(statements.beginSnapshot.text())), 3952)
})

test('what a login is denied is the error that SQL Server has for it', async t => {
  const database = makeShop()
  const denied: Denied = new Set()
  const { open } = await serve(t, database, { denied })
  const session = await open()
  const place = statements.readPlace.text()
  const rows = (column: string) =>
    statements.readRows.text({ schema: 'dbo', table: 'item', columns: [column], along: ['[id]'] })
  const cases: [right: string, text: string, parameters: Record<string, Parameter>, number: number][] = [
    ['view server state', place, {}, 300],
    ['view database state', statements.readErrors.text(), {}, 262],
    ['select on schema::cdc', statements.readGuards.text(), {}, 229],
    ['select on schema::cdc', statements.readLog.text(), { reached: { lsn: 0n } }, 229],
    ['execute on sys.sp_cdc_help_jobs', 'exec sys.sp_cdc_help_jobs', {}, 229],
    ['select on dbo.item', rows('[id]'), { limit: { int: 1 } }, 229],
    ['select on dbo.item(name)', rows('[name]'), { limit: { int: 1 } }, 230],
  ]
  for (const [right, text, parameters, number] of cases) {
    denied.add(right)
    assert.equal(await errorOf(session.query(text, parameters)), number, right)
    denied.clear()
    await session.query(text, parameters)
  }
  denied.add('select on dbo.item(name)')
  await session.query(rows('[id]'), { limit: { int: 1 } })
})

test('a statement that is not known letter by letter is error 102, and is kept', async t => {
  const { open, double } = await serve(t, makeShop())
  const session = await open()
  const changed = statements.readGuards.text().replace('max(', 'min(')
  assert.equal(await errorOf(session.query(changed)), 102)
  assert.equal(double.unknown.length, 1)
  const rows = 'select top (@limit) [id] from [dbo].[item] order by [id] desc'
  assert.equal(await errorOf(session.query(rows, { limit: { int: 1 } })), 102)
})

test('errors and jobs are told as the server has them', async t => {
  const database = makeShop()
  const { open } = await serve(t, database)
  const session = await open()
  database.job.die({ number: 22_859, message: 'Log Scan process failed.' })
  const [error] = await session.query(statements.readErrors.text())
  assert.deepEqual(error?.slice(1), [22_859, 'Log Scan process failed.'])
  const jobs = await session.query('exec sys.sp_cdc_help_jobs')
  assert.deepEqual(
    jobs.map(row => [row[1], row[6], row[7]]),
    [
      ['capture', '5', '0'],
      ['cleanup', '0', '4320'],
    ],
  )
  const [[offset, at] = []] = await session.query(statements.readClock.text())
  assert.equal(offset, 0)
  assert.ok(at instanceof Date)
})

test('with implicit transactions on, what reads begins one, which the client commits', async t => {
  const database = makeShop()
  const { double } = await serve(t, database)
  const pool = await new sql.ConnectionPool({
    ...{ server: '127.0.0.1', port: double.port, ...ACCOUNT, database: 'shop', pool: { max: 1 } },
    options: { encrypt: false, enableImplicitTransactions: true } as sql.config['options'] & object,
  }).connect()
  t.after(() => pool.close())
  const depth = () => [...double.sessions][0]?.depth
  await pool.request().batch(statements.readClock.text())
  assert.equal(depth(), 0)
  await pool.request().batch(statements.readGuards.text())
  assert.equal(depth(), 1)
  await pool.request().batch(statements.readGuards.text())
  assert.equal(depth(), 1)
  await pool.request().batch(statements.rollBack.text())
  assert.equal(depth(), 0)
})

test('a failover cuts all sessions', async t => {
  const database = makeShop()
  const { open, double } = await serve(t, database)
  const session = await open()
  database.failOver()
  await assert.rejects(session.query(statements.readClock.text()))
  while (double.sessions.size > 0) await sleep(5)
  assert.deepEqual(await (await open()).query('exec sys.sp_cdc_help_jobs'), [])
})

test('a secondary tells that it cannot be written, and stands still within a transaction', async t => {
  const database = makeShop()
  insert(database, 1)
  const secondary = makeSecondary(database)
  const { open, double } = await serve(t, secondary)
  const session = await open()
  const [server] = await session.query(statements.readServer.text())
  assert.equal(server?.[5], 'READ_ONLY')
  const read = () =>
    session.query(
      statements.readRows.text({ schema: 'dbo', table: 'item', columns: ['[id]'], along: ['[id]'] }),
      { limit: { int: 9 } },
    )
  insert(database, 2)
  assert.equal((await read()).length, 1)
  secondary.catchUp()
  assert.equal((await read()).length, 2)
  assert.equal(await errorOf(session.query(statements.beginSnapshot.text())), 3906)
  insert(database, 3)
  secondary.catchUp()
  assert.equal((await read()).length, 2)
  await session.query(statements.rollBack.text())
  assert.equal((await read()).length, 3)
  assert.equal([...double.sessions][0]?.login.readOnly, false)
  const intent = await openSession(new SecretUrl(`${double.url}&applicationIntent=readonly`))
  assert.equal([...double.sessions].at(-1)?.login.readOnly, true)
  await intent.close()
})

test('a wrong password, and a database that is not there, are refused', async t => {
  const { double } = await serve(t, makeShop())
  const refused = async (url: string) => {
    const error = await openSession(new SecretUrl(url)).catch((error: Error) => error)
    assert.ok(error instanceof Error)
    return (error.cause as Error).message
  }
  assert.match(await refused(double.url.replace(/:[^:@]+@/, ':wrong@')), /Login failed for user 'cordage'/)
  assert.match(await refused(double.url.replace('/shop', '/other')), /Cannot open database "other"/)
})
