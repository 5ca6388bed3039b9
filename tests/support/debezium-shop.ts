import { makeRandom } from '../../stacks/demo/random.ts'
import type { Database } from '../../stacks/sqlserver-double/database/database.ts'
import type { Lsn } from '../../stacks/sqlserver-double/database/lsn.ts'
import type { Statement } from '../../stacks/sqlserver-double/database/transaction.ts'
import type { Value } from '../../stacks/sqlserver-double/tds/types.ts'

/** More than eight columns, some of them long: a change's mask then has two bytes. */
const LONG = ['Note', 'Code', 'Photo'] as const
const TABLES = { Product: 'ProductID', Transporter: 'TransporterID' } as const
type TableName = keyof typeof TABLES

export type ShopRow = { [column: string]: Value }

/** A change as it was made, told from all others by its row's mark: that of the row before where it deletes. */
export type MadeChange = {
  lsn: Lsn
  table: string
  op: 'c' | 'u' | 'd'
  key: number
  mark: string
  row: ShopRow
}

/** Makes the tables of a shop that Debezium follows, its heartbeat's included. */
export function createShop(database: Database): void {
  database.enableCdc()
  const common = [
    { name: 'Name', type: 'nvarchar(60)' },
    { name: 'Price', type: 'money' },
    { name: 'Note', type: 'nvarchar(max)' },
    { name: 'Active', type: 'bit not null' },
    { name: 'ChangedAt', type: 'datetime2(6)' },
    { name: 'Weight', type: 'decimal(18,4)' },
    { name: 'Stock', type: 'bigint' },
    { name: 'Code', type: 'varchar(max)' },
    { name: 'Photo', type: 'varbinary(max)' },
    { name: 'Mark', type: 'varchar(20) not null' },
  ]
  for (const [name, key] of Object.entries(TABLES)) {
    database.ddl.createTable({
      name,
      columns: [{ name: key, type: 'int not null' }, ...common],
      primaryKey: [key],
    })
    database.enableTable({ table: name })
  }
  database.ddl.createTable({
    name: 'cordage_heartbeat',
    columns: [
      { name: 'id', type: 'int not null' },
      { name: 'at', type: 'datetime2(7) not null' },
    ],
    primaryKey: ['id'],
  })
  database.enableTable({ table: 'cordage_heartbeat' })
  database.commit([{ table: 'cordage_heartbeat', op: 'insert', row: { id: 1, at: '2026-01-01T00:00:00' } }])
}

/** The source file of that shop. @param more columns of Product */
export function shopSource(more = ''): string {
  const tables = Object.entries(TABLES).map(([name, key]) => {
    const entity = name.toLowerCase()
    return `  ${name}:
    entity: ${entity}
    key: [${key}]
    columns:
      ${key}: { type: int, as: ${entity}_id }
      Name: { type: string, as: name }
      Price: { type: "decimal(19,4)", as: price }
      Note: { type: string, as: note }
      Active: { type: boolean, as: active }
      ChangedAt: { type: timestampNtz, as: changed_at }
      Weight: { type: "decimal(18,4)", as: weight }
      Stock: { type: bigint, as: stock }
      Code: { type: string, as: code }
      Photo: { type: binary, as: photo }
      Mark: { type: string, as: mark }${name === 'Product' ? more : ''}`
  })
  return `connection: shop\ncapture: debezium\nnamespace: dbo\ntimeZone: UTC\ntables:\n${tables.join('\n')}\n`
}

export type Shopkeeper = ReturnType<typeof makeShopkeeper>

/** Who works in the shop: random transactions, and a list of what they changed. */
export function makeShopkeeper(database: Database, seed: number) {
  const random = makeRandom(seed)
  const below = (count: number) => Math.floor(random() * count)
  const rows: Record<TableName, Map<number, ShopRow>> = { Product: new Map(), Transporter: new Map() }
  const made: MadeChange[] = []
  let marks = 0
  let keys = 0
  /** Columns that Product has besides. */
  const extra: string[] = []

  const fill = (table: TableName, key: number, before?: ShopRow): ShopRow => {
    const mark = `m${++marks}`
    const row: ShopRow = {
      ...before,
      ...{ [TABLES[table]]: key, Name: `Größe ${mark}`, Active: random() < 0.5, Mark: mark },
      Price: (below(2_000_000) / 100 - 10_000).toFixed(4),
      ChangedAt: `2026-11-26T11:13:14.${String(1 + below(999_998)).padStart(6, '0')}`,
      Weight: random() < 0.2 ? null : (below(1_000_000) / 10_000).toFixed(4),
      Stock: BigInt(below(1_000_000)) * 9_007_199_254n,
      ...Object.fromEntries(extra.filter(() => table === 'Product').map(name => [name, below(1000)])),
    }
    // Long values change now and then, and are sometimes cleared.
    for (const name of LONG)
      if (!before || random() < 0.3)
        row[name] = random() < 0.4 ? null : name === 'Photo' ? Buffer.from(mark) : `${name} ${mark}`
    return row
  }
  type Change = Omit<MadeChange, 'lsn'>
  const insert = (table: TableName): Change => {
    const key = ++keys
    const row = fill(table, key)
    rows[table].set(key, row)
    return { table, op: 'c', key, mark: String(row.Mark), row }
  }
  const update = (table: TableName, key: number): Change => {
    const row = fill(table, key, rows[table].get(key))
    rows[table].set(key, row)
    return { table, op: 'u', key, mark: String(row.Mark), row }
  }
  const remove = (table: TableName, key: number): Change => {
    const row = rows[table].get(key) as ShopRow
    rows[table].delete(key)
    return { table, op: 'd', key, mark: String(row.Mark), row }
  }
  const pickKey = (table: TableName) => [...rows[table].keys()][below(rows[table].size)]

  /** One statement: rows of one table, each once. */
  const statement = (size: number): Change[] => {
    const table: TableName = random() < 0.7 ? 'Product' : 'Transporter'
    const kind = rows[table].size < 50 ? 0 : random()
    if (kind < 0.35) return Array.from({ length: size }, () => insert(table))
    const chosen = new Set(
      Array.from({ length: size }, () => pickKey(table)).filter(key => key !== undefined),
    )
    return [...chosen].map(key => (kind < 0.8 ? update(table, key) : remove(table, key)))
  }
  const OPS = { c: 'insert', u: 'update', d: 'delete' } as const
  const toStatement = (changes: Change[]): Statement => ({
    rows: changes.map(({ table, op, key, row }) => ({
      ...{ table, op: OPS[op] },
      row: op === 'd' ? { [TABLES[table as TableName]]: key } : row,
    })),
  })
  const commit = async (statements: Change[][]) => {
    const { lsn } = await database.commitWhenFree(statements.map(toStatement))
    made.push(...statements.flat().map(change => ({ ...change, lsn })))
    return { lsn }
  }
  return {
    made,
    random,
    below,
    extra,
    /** The marks of all rows that there are, in order. */
    allMarks: () =>
      Object.values(rows)
        .flatMap(table => [...table.values()].map(row => String(row.Mark)))
        .sort(),
    /** A few statements on a few rows. */
    small: () => commit(Array.from({ length: 1 + below(4) }, () => statement(1 + below(6)))),
    /** Rows that are made and changed twice, a statement after the other. */
    large(size: number) {
      const inserted = Array.from({ length: Math.ceil(size / 3) }, () => insert('Product'))
      const changeAll = () => inserted.map(({ key }) => update('Product', key))
      return commit([inserted, changeAll(), changeAll()])
    },
  }
}
