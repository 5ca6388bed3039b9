import type { Value } from '../../shared/config/index.ts'
import { makeRandom } from '../../stacks/demo/random.ts'
import type { Change } from '../../stacks/sqlserver-double/database/statement.ts'
import type { RowObject, TableDefinition } from '../../stacks/sqlserver-double/database/table.ts'
import type { Statement } from '../../stacks/sqlserver-double/database/transaction.ts'

/** A row as an event must have it. */
export type PlainRow = Record<string, Value>
/** What became of a row in a transaction: null where it is gone. */
export type PlainChange = { table: string; key: string; row: PlainRow | null }

/** Tables of every awkward sort: more than eight columns, (max) texts, a key of two columns, a GUID as key. */
export const DEFINITIONS: TableDefinition[] = [
  {
    name: 'Product',
    columns: [
      { name: 'ProductID', type: 'int' },
      { name: 'Sku', type: 'nvarchar(20) not null' },
      { name: 'Name', type: 'nvarchar(100)' },
      { name: 'Price', type: 'money not null' },
      { name: 'Weight', type: 'decimal(18,4)' },
      { name: 'Note', type: 'nvarchar(max)' },
      { name: 'Active', type: 'bit not null' },
      { name: 'Changed', type: 'datetime2(7)' },
      { name: 'Stock', type: 'bigint' },
      { name: 'Picture', type: 'varbinary(max)' },
      { name: 'Gross', type: 'money', compute: ({ Price }) => Price ?? null },
      { name: 'Version', type: 'rowversion' },
    ],
    primaryKey: ['ProductID'],
    unique: [['Sku']],
  },
  {
    name: 'OrderItem',
    columns: [
      { name: 'OrderID', type: 'int' },
      { name: 'LineNumber', type: 'int' },
      { name: 'Quantity', type: 'int not null' },
      { name: 'Comment', type: 'nvarchar(50)' },
    ],
    primaryKey: ['OrderID', 'LineNumber'],
  },
  {
    name: 'Client',
    columns: [
      { name: 'ClientID', type: 'uniqueidentifier' },
      { name: 'Name', type: 'varchar(50)' },
    ],
    primaryKey: ['ClientID'],
  },
]

export const TABLES = `Product:
  entity: interaction
  key: [ProductID]
  columns:
    ProductID: { type: int, as: product_id }
    Sku: { type: string, as: sku }
    Name: { type: string, as: name }
    Price: { type: "decimal(19,4)", as: price }
    Weight: { type: "decimal(18,4)", as: weight }
    Note: { type: string, as: note }
    Active: { type: boolean, as: active }
    Changed: { type: timestampNtz, as: changed }
    Stock: { type: bigint, as: stock }
    Picture: { type: binary, as: picture }
OrderItem:
  entity: interaction
  key: [OrderID, LineNumber]
  columns:
    OrderID: { type: int, as: order_id }
    LineNumber: { type: int, as: line_number }
    Quantity: { type: int, as: quantity }
    Comment: { type: string, as: comment }
Client:
  entity: interaction
  key: [ClientID]
  columns:
    ClientID: { type: string, as: client_id }
    Name: { type: string, as: name }`

export const KEYS: Record<string, string[]> = {
  Product: ['ProductID'],
  OrderItem: ['OrderID', 'LineNumber'],
  Client: ['ClientID'],
}
/** Ids that are used: few, so that rows are changed again, deleted and made again. */
const IDS = 12

/** A plain list of what happened: rows by table and key, and what each transaction made of them. */
export type Plain = ReturnType<typeof makePlain>

export function makePlain(seed: number) {
  const random = makeRandom(seed)
  const below = (count: number) => Math.floor(random() * count)
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item
  const rows = new Map(Object.keys(KEYS).map(table => [table, new Map<string, RowObject>()]))
  const of = (table: string) => rows.get(table) as Map<string, RowObject>
  let version = 0

  const values = (table: string): RowObject => {
    version += 1
    if (table === 'OrderItem')
      return { Quantity: version, Comment: pick([null, '', 'Größe 😀', `c${version}`]) }
    if (table === 'Client') return { Name: `n${version}` }
    return {
      Name: pick([null, '', `p${version}`, '日本 😀']),
      Price: `${below(1000)}.${String(version % 10_000).padStart(4, '0')}`,
      Weight: pick([null, '-1.2500', '12345678901234.5678']),
      Note: pick([null, '', 'x'.repeat(below(300)), `note ${version}`]),
      Active: random() < 0.5,
      Changed: pick([null, '2026-01-05T08:00:00.1234567', '0001-01-01T00:00:00.0000000']),
      Stock: pick([null, BigInt(version), 9_223_372_036_854_775_807n]),
      Picture: pick([null, Buffer.alloc(0), Buffer.from([0, 255, version % 256])]),
    }
  }
  const newKey = (table: string): RowObject => {
    const n = below(IDS)
    if (table === 'OrderItem') return { OrderID: below(4), LineNumber: n }
    if (table === 'Client') return { ClientID: guidOf(n) }
    return { ProductID: n }
  }
  const keyColumns = (table: string, row: RowObject): RowObject =>
    Object.fromEntries((KEYS[table] ?? []).map(name => [name, row[name] ?? null]))

  /** One row's change that can be made now. */
  const change = (table: string): Change => {
    const own = of(table)
    const key = newKey(table)
    const there = own.get(keyOf(table, key))
    const sku: RowObject = table === 'Product' ? { Sku: `s${++version}` } : {}
    if (!there) return { table, op: 'insert', row: { ...key, ...sku, ...values(table) } }
    const kind = random()
    if (kind < 0.25) return { table, op: 'delete', key }
    if (kind < 0.4) {
      const moved = newKey(table)
      if (!own.has(keyOf(table, moved)))
        return { table, op: 'update', key, row: { ...moved, ...values(table) } }
    }
    // Some columns only, so that large values stay as they are.
    const given = Object.entries(values(table)).filter(([name]) => name !== 'Note' || random() < 0.4)
    return { table, op: 'update', key, row: Object.fromEntries(given) }
  }

  const apply = ({ table, op, row = {}, key }: Change, touched: Set<string>) => {
    const own = of(table)
    const at = keyOf(table, key ?? row)
    touched.add(JSON.stringify([table, at]))
    const before = own.get(at)
    own.delete(at)
    if (op === 'delete') return
    const after = { ...before, ...row }
    const to = keyOf(table, keyColumns(table, after))
    own.set(to, after)
    touched.add(JSON.stringify([table, to]))
  }

  /** A statement over two rows that exchanges what must be unique: it is logged as deletes and inserts. */
  const exchange = (): Statement | undefined => {
    const [one, other] = [...of('Product').values()]
    if (!one || !other) return undefined
    const set = (from: RowObject, to: RowObject): Change => ({
      table: 'Product',
      op: 'update',
      key: { ProductID: from.ProductID ?? null },
      row: { Sku: to.Sku ?? null, Stock: BigInt(++version) },
    })
    return { rows: [set(one, other), set(other, one)] }
  }

  return {
    random,
    below,
    pick,
    /** A transaction's statements. @returns them, and what they make of the rows */
    transaction(): { statements: Statement[]; changes: PlainChange[] } {
      const touched = new Set<string>()
      const statements: Statement[] = []
      for (let i = 0; i <= below(5); i++) {
        const statement = (random() < 0.15 && exchange()) || change(pick(Object.keys(KEYS)))
        statements.push(statement)
        for (const each of 'rows' in statement ? statement.rows : [statement]) apply(each, touched)
      }
      const changes = [...touched].map((text): PlainChange => {
        const [table, key] = JSON.parse(text) as [string, string]
        const row = of(table).get(key)
        return { table, key, row: row ? toEvent(table, row) : null }
      })
      return { statements, changes }
    },
    /** What a table's rows must be on the bus. */
    rowsOf: (table: string): Record<string, PlainRow> =>
      Object.fromEntries([...of(table)].map(([key, row]) => [key, toEvent(table, row)])),
    /** What was at a moment, for a restore. */
    keep: () => new Map([...rows].map(([table, own]) => [table, new Map(own)])),
    giveBack(kept: Map<string, Map<string, RowObject>>) {
      for (const [table, own] of kept) rows.set(table, new Map(own))
    },
    /** Every row of a table has another value in a column, as after a definition with a default. */
    setAll(table: string, column: string, value: RowObject[string]) {
      const own = of(table)
      for (const [key, row] of own) own.set(key, { ...row, [column]: value })
    },
  }
}

const guidOf = (n: number) =>
  `${String(n).padStart(8, '0')}-0000-4000-8000-${String(99 - n).padStart(12, '0')}`

function keyOf(table: string, row: RowObject): string {
  const cells = (KEYS[table] ?? []).map(name => row[name] ?? null)
  return cells.length === 1 ? String(cells[0]) : JSON.stringify(cells)
}

function toEvent(table: string, row: RowObject): PlainRow {
  const columns = DEFINITIONS.find(({ name }) => name === table)?.columns ?? []
  return Object.fromEntries(
    columns
      .filter(({ name }) => name !== 'Gross' && name !== 'Version')
      .map(({ name }) => [name, toValue(name, row[name] ?? null)]),
  )
}

function toValue(name: string, value: RowObject[string]): Value {
  if (typeof value === 'bigint') return value.toString()
  if (Buffer.isBuffer(value)) return value.toString('base64')
  return name === 'Changed' && typeof value === 'string' ? value.slice(0, 26) : (value ?? null)
}
