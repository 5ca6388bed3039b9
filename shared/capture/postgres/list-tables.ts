import type { SecretUrl } from '../../config/index.ts'
import type { ListedTable } from '../capture.ts'
import { bestKey } from '../proposals.ts'
import { readCatalog, type TableFacts } from './catalog.ts'
import { toListedColumn } from './inspect.ts'
import { connectSource } from './prepare.ts'

/**
 * Tables that a source file may name: they hold rows of their own and are no partition, no extension's and no parent.
 * Of the schema public, or, where that has none, of the schema with the most.
 */
export async function listTables(url: SecretUrl): Promise<{ namespace: string; tables: ListedTable[] }> {
  const client = await connectSource(url)
  try {
    const { rows } = await client.query<{ schema: string; names: string[] }>(
      `select n.nspname as schema, array_agg(c.relname::text order by c.relname) as names
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p') and c.relpersistence = 'p' and not c.relispartition
         and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
         and not exists (select 1 from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
         and not exists (select 1 from pg_inherits where inhparent = c.oid and c.relkind = 'r')
       group by 1 order by n.nspname = 'public' desc, count(*) desc, 1 limit 1`,
    )
    const { schema: namespace, names } = rows[0] ?? { schema: 'public', names: [] }
    const catalog = await readCatalog(client, { schema: namespace, tables: names, slot: '' })
    const found = names.flatMap(name => catalog.tables.get(name) ?? [])
    return { namespace, tables: found.map(toListed) }
  } finally {
    await client.end()
  }
}

function toListed({ name, columns, indexes }: TableFacts): ListedTable {
  const isNotNull = (name: string) => columns.some(column => column.name === name && column.isNotNull)
  const keys = indexes.filter(index => index.isUnique && index.columns.every(isNotNull))
  return { name, key: bestKey(keys)?.columns, columns: columns.map(toListedColumn) }
}
