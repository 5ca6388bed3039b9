import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { openSession, type Parameter } from '../../shared/capture/sqlserver/session.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import {
  type Database,
  type DatabaseOptions,
  type DoubleOptions,
  type Lsn,
  makeDatabase,
  serveDouble,
} from '../../stacks/sqlserver-double/index.ts'

export const ACCOUNT = { user: 'cordage', password: 'geh€im/+' }

export function makeShop(options: Partial<DatabaseOptions> = {}) {
  const database = makeDatabase({ name: 'shop', ...options })
  database.ddl.createTable({
    name: 'item',
    columns: [
      { name: 'id', type: 'int' },
      { name: 'name', type: 'nvarchar(50)' },
      { name: 'price', type: 'money' },
    ],
    primaryKey: ['id'],
  })
  database.enableCdc()
  database.enableTable({ table: 'item' })
  return database
}
export const insert = (database: Database, id: number, name = `item ${id}`) =>
  database.commit([{ table: 'item', op: 'insert', row: { id, name, price: '1.5' } }])

export async function serve(
  t: TestContext,
  database: Parameters<typeof serveDouble>[0],
  options: Partial<DoubleOptions> = {},
) {
  const faults: Error[] = []
  const double = await serveDouble(database, { ...ACCOUNT, onFault: error => faults.push(error), ...options })
  t.after(async () => {
    await double.close()
    assert.deepEqual(faults, [])
  })
  const open = async () => {
    const session = await openSession(new SecretUrl(double.url))
    t.after(() => session.close())
    return session
  }
  return { double, open }
}
export const bytes = (lsn: Lsn): Parameter => ({ lsn: BigInt(`0x${lsn}`) })
export const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    error => error.number ?? error,
  )
