import type pg from 'pg'
import { digitsOf, type PostgresType, type TypedColumn } from './types.ts'

/**
 * What a Postgres' catalogue says of the tables that a source file names: read in a few statements, each second while we
 * stream, so that every change there is detected (https://www.postgresql.org/docs/18/catalogs.html).
 */
export type Catalog = {
  server: ServerFacts
  /** By the table's name, in the source's schema. */
  tables: Map<string, TableFacts>
  /** What our publication holds besides. */
  others: TableFacts[]
  /** Every publication of the database, and which of the tables it sends. */
  publications: PublicationFacts[]
}

export type ServerFacts = {
  /** Such as 180004. */
  version: number
  encoding: string
  walLevel: string
  /** Bytes, or -1 for no limit. */
  slotKeepSize: number
  isStandby: boolean
  mayCreate: boolean
  mayReplicate: boolean
  hasSlot: boolean
  freeSlots: number
  freeSenders: number
  synchronousStandbys: string
  /** Decimal places of its money. */
  moneyScale: number
}

/** How an UPDATE or DELETE tells which row it was: the columns that the log has of the old row. */
export type Identity = { kind: 'default' | 'index' | 'full' | 'nothing'; columns: string[] }

export type ColumnFacts = {
  name: string
  /** Its number in the table, which no other column ever gets. */
  number: number
  /** The type below a domain. */
  type: PostgresType & { schema: string }
  printedType: string
  digits: TypedColumn['digits']
  typeId: string
  typeModifier: number
  generated: '' | 'stored' | 'virtual'
  isNotNull: boolean
  mayRead: boolean
  /** Whether a large value of it is stored apart, and is not sent where it stays as it was. */
  isToasted: boolean
  /** Changes with each change of its definition. */
  definedBy: string
  /** Of the database's own types: what a value's text changes with, labels of enumerated types and columns of composite ones. */
  labels: string[]
}

export type IndexFacts = {
  columns: string[]
  isPrimary: boolean
  /** Of whole rows, checked at once or at the transaction's end, and valid. */
  isUnique: boolean
  isDeferrable: boolean
}

/** A table, or a partition of one: what the log holds of its rows depends on each of them. */
export type RelationFacts = {
  oid: string
  schema: string
  name: string
  kind: 'table' | 'partitioned' | 'view' | 'foreign'
  isUnlogged: boolean
  /** The file that holds its rows; another one after a rewrite. */
  file: string
  identity: Identity
  columns: ColumnFacts[]
  /** The tables that it is a partition of, the nearest first. */
  ancestors: string[]
  /** The server's estimate; negative where it has none. */
  estimatedRows: number
}

export type TableFacts = RelationFacts & {
  indexes: IndexFacts[]
  /** Where it is partitioned: those that hold the rows. */
  leaves: RelationFacts[]
  hasChildren: boolean
  /** Whether its schema may be used: without that nothing in it may be read. */
  mayUseSchema: boolean
  hidesRows: boolean
  isOwn: boolean
}

/** How one publication sends one table. */
export type PublishedTable = {
  oid: string
  /** Changes with each change of the entry. */
  entry: string
  columns: string[] | undefined
  filterColumns: string[] | undefined
}

export type PublicationFacts = {
  name: string
  oid: string
  /** Changes with each change of its options. */
  definedBy: string
  isOwn: boolean
  isForAll: boolean
  schemas: string[]
  /** insert, update, delete, truncate. */
  actions: string[]
  viaRoot: boolean
  sendsGenerated: boolean
  tables: PublishedTable[]
}

const AS_JSON = { rowMode: 'array' } as const

/**
 * @param tables names in `schema`
 * @param slot name of our slot and of our publication
 */
export async function readCatalog(
  client: pg.Client,
  { schema, tables, slot }: { schema: string; tables: string[]; slot: string },
): Promise<Catalog> {
  const server = await readServer(client, slot)
  const relations = await readRelations(client, schema, tables, slot)
  const oids = new Set(relations.flatMap(({ oid, ancestors }) => [oid, ...ancestors]))
  const publications = await readPublications(client, server.version, [...oids])
  const byOid = new Map(relations.map(relation => [relation.oid, relation]))
  const withLeaves = ({ leafIds, ...relation }: FoundRelation): TableFacts => ({
    ...relation,
    leaves: leafIds.flatMap(oid => byOid.get(oid) ?? []),
  })
  return {
    server,
    publications,
    tables: new Map(relations.filter(({ isNamed }) => isNamed).map(found => [found.name, withLeaves(found)])),
    others: relations.filter(({ isNamed, isLeaf }) => !isNamed && !isLeaf).map(withLeaves),
  }
}

async function readServer(client: pg.Client, slot: string): Promise<ServerFacts> {
  const { rows } = await client.query<ServerFacts>(
    `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
       current_setting('wal_level') as "walLevel",
       pg_size_bytes(current_setting('max_slot_wal_keep_size'))::float8 as "slotKeepSize",
       pg_is_in_recovery() as "isStandby",
       has_database_privilege(current_database(), 'create') as "mayCreate",
       (select rolreplication or rolsuper from pg_roles where rolname = current_user)
         or exists (select 1 from pg_roles where rolname = 'rds_replication' and pg_has_role(oid, 'member')) as "mayReplicate",
       exists (select 1 from pg_replication_slots where slot_name = $1) as "hasSlot",
       (current_setting('max_replication_slots')::int - (select count(*) from pg_replication_slots))::int as "freeSlots",
       (current_setting('max_wal_senders')::int - (select count(*) from pg_stat_replication))::int as "freeSenders",
       current_setting('synchronous_standby_names') as "synchronousStandbys",
       -- One unit has as many zeros as money has decimal places.
       length(('x' || encode(cash_send(1::numeric::money), 'hex'))::bit(64)::bigint::text) - 1 as "moneyScale"`,
    [slot],
  )
  if (!rows[0]) throw new Error('the server did not describe itself')
  return rows[0]
}

type FoundRelation = Omit<TableFacts, 'leaves'> & { isNamed: boolean; isLeaf: boolean; leafIds: string[] }
/** `modifier`: of the type below a domain. */
type RelationRow = Omit<FoundRelation, 'columns'> & { columns: (ColumnFacts & { modifier: number })[] }

/** The named tables, those of our publication, and the partitions that hold their rows. */
async function readRelations(
  client: pg.Client,
  schema: string,
  tables: string[],
  publication: string,
): Promise<FoundRelation[]> {
  const { rows } = await client.query<[RelationRow]>({
    ...AS_JSON,
    text: `
      with wanted as (
        select c.oid, n.nspname = $1 and c.relname = any($2) as is_named
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'f') and (n.nspname = $1 and c.relname = any($2) or exists (
          select 1 from pg_publication_rel r join pg_publication p on p.oid = r.prpubid where p.pubname = $3 and r.prrelid = c.oid))
      ),
      leaf as (
        select w.oid as root, t.relid::oid as oid from wanted w join pg_class c using (oid)
        cross join lateral pg_partition_tree(w.oid) t where c.relkind = 'p' and t.isleaf
      ),
      relation as (
        select oid, is_named, false as is_leaf from wanted union all
        select distinct leaf.oid, false, true from leaf where not exists (select 1 from wanted where wanted.oid = leaf.oid)
      )
      select json_build_object(
        'oid', c.oid::text, 'schema', n.nspname, 'name', c.relname, 'isNamed', r.is_named, 'isLeaf', r.is_leaf,
        'kind', case c.relkind when 'p' then 'partitioned' when 'r' then 'table' when 'f' then 'foreign' else 'view' end,
        'isUnlogged', c.relpersistence <> 'p',
        'file', coalesce(pg_relation_filenode(c.oid)::text, ''),
        'identity', json_build_object(
          'kind', case c.relreplident when 'd' then 'default' when 'i' then 'index' when 'f' then 'full' else 'nothing' end,
          'columns', case c.relreplident
            when 'n' then '[]'::json
            when 'f' then (select coalesce(json_agg(a.attname order by a.attnum), '[]') from pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
            -- A deferrable primary key is not taken for an identity, nor is an index that is being built.
            else (select coalesce(json_agg(a.attname order by a.attnum), '[]') from pg_index i
              join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
              where i.indrelid = c.oid and i.indimmediate and i.indisvalid
                and case c.relreplident when 'd' then i.indisprimary else i.indisreplident end) end),
        'columns', (
          select coalesce(json_agg(json_build_object(
            'name', a.attname, 'number', a.attnum, 'typeId', a.atttypid::text, 'typeModifier', a.atttypmod,
            'type', json_build_object('name', b.typname, 'schema', (select nspname from pg_namespace where oid = b.typnamespace),
              'isBuiltIn', b.typnamespace = 'pg_catalog'::regnamespace),
            'printedType', format_type(a.atttypid, a.atttypmod), 'modifier', b.modifier,
            'generated', case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' else '' end,
            'isNotNull', a.attnotnull, 'mayRead', has_column_privilege(c.oid, a.attnum, 'select'),
            'isToasted', a.attstorage <> 'p', 'definedBy', concat_ws('/', a.xmin, d.xmin),
            'labels', case when b.typnamespace = 'pg_catalog'::regnamespace then '[]' else (
              with recursive part as (
                select b.oid as id union
                select inner_type.id from part join pg_type t on t.oid = part.id cross join lateral (
                  select t.typelem where t.typelem <> 0 union all
                  select t.typbasetype where t.typbasetype <> 0 union all
                  select rngsubtype from pg_range where rngtypid = t.oid union all
                  select atttypid from pg_attribute where attrelid = t.typrelid and attnum > 0 and not attisdropped) inner_type (id))
              select coalesce(json_agg(label order by label), '[]') from (
                select e.oid || '=' || e.enumlabel as label from pg_enum e join part on part.id = e.enumtypid union all
                select t.typrelid || ':' || string_agg(a.attnum::text, ',' order by a.attnum) from part
                join pg_type t on t.oid = part.id
                join pg_attribute a on a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped group by t.typrelid) labels) end)
            order by a.attnum), '[]')
          from pg_attribute a
          left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum and a.attgenerated <> ''
          join pg_type t on t.oid = a.atttypid
          -- The type below a domain, which may be of another domain.
          cross join lateral (
            with recursive base as (
              select t.oid, t.typname, t.typtype, t.typbasetype, t.typtypmod, t.typnamespace, a.atttypmod as modifier
              union all
              select u.oid, u.typname, u.typtype, u.typbasetype, u.typtypmod, u.typnamespace,
                case when base.modifier = -1 then base.typtypmod else base.modifier end
              from base join pg_type u on u.oid = base.typbasetype where base.typtype = 'd')
            select * from base where typtype <> 'd') b
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
        'ancestors', (select coalesce(json_agg(relid::oid::text), '[]') from pg_partition_ancestors(c.oid) relid where relid::oid <> c.oid),
        'indexes', (
          select coalesce(json_agg(json_build_object(
            'columns', (select json_agg(a.attname order by k.nth) from unnest(i.indkey::int2[]) with ordinality as k (attnum, nth)
              join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum where k.nth <= i.indnkeyatts),
            'isPrimary', i.indisprimary,
            'isUnique', i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null,
            'isDeferrable', not i.indimmediate)), '[]')
          from pg_index i where i.indrelid = c.oid and i.indislive),
        'leafIds', (select coalesce(json_agg(leaf.oid::text), '[]') from leaf where leaf.root = c.oid),
        'hasChildren', c.relkind <> 'p' and exists (select 1 from pg_inherits where inhparent = c.oid),
        'mayUseSchema', has_schema_privilege(n.oid, 'usage'), 'hidesRows', row_security_active(c.oid),
        'isOwn', pg_has_role(c.relowner, 'usage'), 'estimatedRows', c.reltuples)
      from relation r join pg_class c using (oid) join pg_namespace n on n.oid = c.relnamespace`,
    values: [schema, tables, publication],
  })
  return rows.map(([relation]) => ({
    ...relation,
    columns: relation.columns.map(({ modifier, ...column }) => ({
      ...column,
      digits: column.type.isBuiltIn && column.type.name === 'numeric' ? digitsOf(modifier) : undefined,
    })),
  }))
}

/** Newer servers have more columns there than older ones: as JSON what is missing is null. */
async function readPublications(
  client: pg.Client,
  version: number,
  oids: string[],
): Promise<PublicationFacts[]> {
  const schemas = version >= 150_000
  const { rows } = await client.query<[PublicationFacts]>({
    ...AS_JSON,
    text: `
      select json_build_object(
        'name', p.pubname, 'oid', p.oid::text, 'definedBy', p.xmin::text, 'isOwn', pg_has_role(p.pubowner, 'usage'),
        'isForAll', p.puballtables,
        'schemas', ${schemas ? `(select coalesce(json_agg(n.nspname), '[]') from pg_publication_namespace s join pg_namespace n on n.oid = s.pnnspid where s.pnpubid = p.oid)` : `'[]'::json`},
        'actions', to_json(array_remove(array[case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
          case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end], null)),
        'viaRoot', p.pubviaroot, 'sendsGenerated', coalesce(to_jsonb(p) ->> 'pubgencols', 'n') = 's',
        'tables', (
          select coalesce(json_agg(json_build_object(
            'oid', r.prrelid::text, 'entry', concat_ws('/', r.oid, r.xmin),
            'columns', case when to_jsonb(r) ->> 'prattrs' is not null then (
              select json_agg(a.attname) from jsonb_array_elements_text(to_jsonb(r) -> 'prattrs') as k (attnum)
              join pg_attribute a on a.attrelid = r.prrelid and a.attnum = k.attnum::int) end,
            'filterColumns', case when to_jsonb(r) ->> 'prqual' is not null then (
              select coalesce(json_agg(distinct a.attname), '[]') from pg_depend d
              join pg_attribute a on a.attrelid = r.prrelid and a.attnum = d.refobjsubid
              where d.classid = 'pg_publication_rel'::regclass and d.objid = r.oid and d.refobjid = r.prrelid and d.refobjsubid > 0) end)), '[]')
          from pg_publication_rel r where r.prpubid = p.oid and r.prrelid::text = any($1)))
      from pg_publication p`,
    values: [oids],
  })
  return rows.map(([{ tables, ...publication }]) => ({
    ...publication,
    tables: tables.map(({ columns, filterColumns, ...table }) => ({
      ...table,
      columns: columns ?? undefined,
      filterColumns: filterColumns ?? undefined,
    })),
  }))
}
