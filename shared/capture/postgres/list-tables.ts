import type { SecretUrl } from '../../config/index.ts'
import type { ListedTable } from '../capture.ts'
import { readCatalog, type TableFacts } from './catalog.ts'
import { mayBeTaken } from './inspect.ts'
import { connectSource } from './prepare.ts'
import { proposeType } from './types.ts'

/** Columns of these may tell who somebody is. */
const PERSONAL_TYPES = ['inet', 'cidr', 'macaddr', 'macaddr8']

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

function toListed(table: TableFacts): ListedTable {
  return {
    name: table.name,
    key: keyOf(table),
    columns: table.columns.map(column => ({
      name: column.name,
      type: mayBeTaken(column) ? proposeType(column) : undefined,
      isPersonal: PERSONAL_TYPES.includes(column.type.name),
    })),
  }
}

/** The primary key, or else the shortest unique index of columns that are never null. */
function keyOf({ indexes, columns }: TableFacts): string[] | undefined {
  const isNotNull = (name: string) => columns.some(column => column.name === name && column.isNotNull)
  return indexes
    .filter(index => index.isUnique && index.columns.every(isNotNull))
    .sort((a, b) => Number(b.isPrimary) - Number(a.isPrimary) || a.columns.length - b.columns.length)[0]
    ?.columns
}
