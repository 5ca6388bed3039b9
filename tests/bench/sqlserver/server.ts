import { systemClock } from '../../../stacks/sqlserver-double/database/clock.ts'
import { makeDatabase } from '../../../stacks/sqlserver-double/database/database.ts'
import type { RowObject } from '../../../stacks/sqlserver-double/database/table.ts'
import { serveDouble } from '../../../stacks/sqlserver-double/serve.ts'

/** A double in a process of its own: `rows` are there before it is captured, `changes` come after. Prints its URL. */
const [rows = 0, changes = 0] = process.argv.slice(2).map(Number)
const AT_ONCE = 10_000
const IN_A_TRANSACTION = 100

const database = makeDatabase({ name: 'shop', clock: systemClock })
database.ddl.createTable({
  name: 'Sale',
  columns: [
    { name: 'SaleID', type: 'bigint' },
    { name: 'OrderID', type: 'int not null' },
    { name: 'LineNumber', type: 'int not null' },
    { name: 'SaleDate', type: 'date not null' },
    { name: 'ProductID', type: 'int not null' },
    { name: 'ClientID', type: 'int not null' },
    { name: 'TerritoryID', type: 'int not null' },
    { name: 'Quantity', type: 'int not null' },
    { name: 'Amount', type: 'money not null' },
    { name: 'Note', type: 'nvarchar(100)' },
  ],
  primaryKey: ['SaleID'],
})
const row = (n: number): RowObject => ({
  SaleID: BigInt(n),
  OrderID: n % 100_000,
  LineNumber: n % 9,
  SaleDate: '2026-11-26',
  ProductID: n % 500,
  ClientID: n % 18_000,
  TerritoryID: n % 10,
  Quantity: n % 7,
  Amount: `${n % 5000}.9900`,
  Note: `sale ${n}`,
})
const insert = (from: number, to: number, atOnce: number) => {
  for (let at = from; at < to; at += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, to - at) }, (_, i) => row(at + i))
    database.commit([{ rows: some.map(values => ({ table: 'Sale', op: 'insert' as const, row: values })) }])
  }
}

insert(0, rows, AT_ONCE)
database.enableCdc()
database.enableTable({ table: 'Sale' })
const { url } = await serveDouble(database, { user: 'cordage', password: 'bench' })
process.on('message', () => {
  insert(rows, rows + changes, IN_A_TRANSACTION)
  while (database.scan() > 0);
  process.send?.('captured')
})
setInterval(() => database.scan(), 100)
process.send?.(url)
