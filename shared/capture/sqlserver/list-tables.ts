import type { SecretUrl } from '../../config/index.ts'
import type { ListedTable } from '../capture.ts'
import { bestKey } from '../proposals.ts'
import { readServer, readTables, type TableFacts } from './catalog.ts'
import { toListedColumn } from './inspect.ts'
import { openSession } from './session.ts'
import { readTableNames } from './statements.ts'

const USUAL_SCHEMA = 'dbo'
/** A statement can have 2,100 parameters. */
const TABLES_AT_ONCE = 1000

/** Tables that a source file may name: of the schema dbo, or, where that has none, of the schema with the most. */
export async function listTables(url: SecretUrl): Promise<{ namespace: string; tables: ListedTable[] }> {
  const session = await openSession(url)
  try {
    const server = await readServer(session)
    const rows = await session.query(readTableNames.text())
    const schemas = [...Map.groupBy(rows, ([schema]) => String(schema))]
    const [namespace, own] = schemas.sort(
      ([a, some], [b, others]) =>
        Number(b === USUAL_SCHEMA) - Number(a === USUAL_SCHEMA) || others.length - some.length,
    )[0] ?? [USUAL_SCHEMA, []]
    const names = own.map(([, name]) => ({ name: String(name) }))
    const tables: ListedTable[] = []
    for (let at = 0; at < names.length; at += TABLES_AT_ONCE) {
      const some = names.slice(at, at + TABLES_AT_ONCE)
      const found = await readTables(session, server, { namespace, tables: some })
      tables.push(...some.flatMap(({ name }) => found.get(name) ?? []).map(toListed))
    }
    return { namespace, tables }
  } finally {
    await session.close()
  }
}

function toListed({ name, columns, indexes }: TableFacts): ListedTable {
  const isNotNull = (name: string) => columns.some(column => column.name === name && !column.isNullable)
  const keys = indexes.filter(index => index.columns.every(isNotNull))
  return { name, key: bestKey(keys)?.columns, columns: columns.map(toListedColumn) }
}
