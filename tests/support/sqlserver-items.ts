import type { TestContext } from 'node:test'
import type { Change } from '../../shared/events/index.ts'
import type { Store } from '../../shared/store/index.ts'
import type { DatabaseOptions, RowObject, TableDefinition } from '../../stacks/sqlserver-double/index.ts'
import { type Database, makeDatabase } from '../../stacks/sqlserver-double/index.ts'
import { openSqlServerShop, type ShopOptions, type SqlServerShop } from './sqlserver-shop.ts'

/** Part of a source file: the table `Item` of a key and a name. */
export const ITEM = yamlOf('Item', ['ItemID'], { ItemID: 'int', Name: 'string' })

export const ITEM_TABLE: TableDefinition = {
  name: 'Item',
  columns: [
    { name: 'ItemID', type: 'int' },
    { name: 'Name', type: 'nvarchar(50)' },
  ],
  primaryKey: ['ItemID'],
}

/** A table of a source file, with its columns under their own names. */
export function yamlOf(table: string, key: string[], columns: Record<string, string>): string {
  const lines = Object.entries(columns).map(
    ([name, type], i) => `    ${JSON.stringify(name)}: { type: ${type}, as: c${i} }`,
  )
  return [
    `${JSON.stringify(table)}:`,
    '  entity: interaction',
    `  key: ${JSON.stringify(key)}`,
    '  columns:',
    ...lines,
  ].join('\n')
}

/** A database with the table `Item`, or others, not captured yet. */
export function makeItems(
  options: Partial<DatabaseOptions> = {},
  definitions: TableDefinition[] = [ITEM_TABLE],
): Database {
  const database = makeDatabase({ name: 'shop', ...options })
  for (const definition of definitions) database.ddl.createTable(definition)
  return database
}

/** The same, captured. */
export function makeCapturedItems(...given: Parameters<typeof makeItems>): Database {
  const database = makeItems(...given)
  database.enableCdc()
  for (const { name } of database.state.tables) database.enableTable({ table: name })
  return database
}

/** Inserts a row, in a transaction of its own. */
export const put = (database: Database, row: RowObject, table = 'Item') =>
  database.commit([{ table, op: 'insert', row }])
/** Changes the row of a key. */
export const set = (database: Database, key: RowObject, row: RowObject, table = 'Item') =>
  database.commit([{ table, op: 'update', key, row }])

/** A change as the bus has it. */
export type Told = Change & { position: string }

export type ItemShop = SqlServerShop & {
  /** All changes of a table, in the order in which they came. */
  told(table?: string): Promise<Told[]>
}

let shops = 0

/** A shop that is closed when its test ends. */
export async function openItems(
  t: TestContext,
  store: Store,
  database: Database,
  options: Partial<ShopOptions> = {},
): Promise<ItemShop> {
  const system = `shop${++shops}`
  const shop = await openSqlServerShop(store, database, { system, tables: ITEM, ...options })
  t.after(() => shop.close())
  return {
    ...shop,
    async told(table = 'Item') {
      const events = await store.query<{ position: string; value: string }>(
        `select position, value from bus.event e join bus.topic t on t.id = e.topic_id
         where t.name = $1 and type = 'cordage.change.v1' order by position collate "C"`,
        [`cdc.${system}.${table}`],
      )
      return events.map(({ position, value }) => ({ ...(JSON.parse(value) as Change), position }))
    },
  }
}

/** A change in short: `c 1 name`, with the first two columns of its row. */
export const short = ({ op, before, after }: Told) =>
  [op, ...Object.values(after ?? before ?? {}).slice(0, 2)].join(' ')
