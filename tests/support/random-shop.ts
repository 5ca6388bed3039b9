import { makeRandom } from '../../stacks/demo/random.ts'

/** A shop that somebody could have: what makes it, how a source file describes it, and what its application does. */
export type RandomShop = {
  seed: number
  /** DDL and first rows; `SYSTEM` stands for the system's name. */
  sql: string[]
  table: string
  columns: { id: string; note: string; others: string[] }
  yaml: string
  /** Whether Cordage's role owns the tables, or may only replicate and read. */
  isReader: boolean
  /** What happens while it is captured: each entry is one transaction. */
  changes: string[][]
}

const NAMES = [
  'item',
  'Product',
  'order items',
  'artikel-stamm',
  'Größe',
  'select',
  'a.b',
  'x$y',
  '7up',
  'constructor',
]
const COLUMNS = ['note', 'Name', 'a note', 'größe', 'order', 'to-string', 'valueOf', 'n$1']
const OTHERS: { type: string; declared: string; values: string[] }[] = [
  { type: 'numeric(12,2)', declared: '"decimal(12,2)"', values: ['1.50', '-0.01', '9999999999.99'] },
  { type: 'boolean', declared: 'boolean', values: ['true', 'false'] },
  { type: 'bigint', declared: 'bigint', values: ['9223372036854775807', '-1'] },
  { type: 'inet', declared: 'string', values: [`'192.0.2.1'`, `'2001:db8::1/64'`] },
  { type: 'text[]', declared: 'string', values: [`'{a,"b c",NULL}'`, `'{}'`] },
  { type: 'jsonb', declared: 'string', values: [`'{"a": [1, 2.50]}'`, `'null'`] },
  { type: 'interval', declared: 'string', values: [`'1 mon 2 days 03:04:05.6'`, `'-1 hour'`] },
  { type: 'uuid', declared: 'string', values: [`'00000000-0000-0000-0000-00000000000a'`] },
  { type: 'colour', declared: 'string', values: [`'red'`, `'blue'`] },
  { type: 'int4range', declared: 'string', values: [`'[1,5)'`, `'empty'`] },
  { type: 'bit varying', declared: 'string', values: [`B'1010'`] },
]
const KEYS: { type: string; declared: string; value(n: number): string; moved: string }[] = [
  { type: 'integer', declared: 'int', value: String, moved: '+ 1000' },
  { type: 'bigint', declared: 'bigint', value: n => `${n}`, moved: '+ 5000000000' },
  { type: 'numeric(20,0)', declared: '"decimal(20,0)"', value: n => `${n}`, moved: '+ 1000' },
  { type: 'text', declared: 'string', value: n => `'k ${n}'`, moved: `|| 'é'` },
  { type: 'varchar(40) collate "C"', declared: 'string', value: n => `'K-${n}'`, moved: `|| ''''` },
]

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`

/** Makes a shop from a seed: the same shop for the same seed. */
export function makeRandomShop(seed: number): RandomShop {
  const random = makeRandom(seed)
  const chance = (share: number) => random() < share
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const table = chance(0.5) ? 'item' : pick(NAMES)
  const key = pick(KEYS)
  const id = chance(0.7) ? 'id' : 'Nr'
  const note = chance(0.6) ? 'note' : pick(COLUMNS)
  const others = OTHERS.filter(() => chance(0.25))
  const named = others.map((other, i) => ({ ...other, name: `c${i}` }))
  const generated = chance(0.25) ? pick(['stored', 'stored', 'virtual']) : undefined
  const isGeneratedListed = generated !== undefined && chance(0.3)
  const partitions = chance(0.25) ? pick(['hash', 'default']) : undefined
  const isDeferrable = chance(0.15)
  const keyKind = chance(0.85) ? 'primary' : pick(['unique', 'nullable', 'partial', 'none'])
  const identity = pick(['default', 'default', 'full', 'full', 'full', 'index', 'nothing'])
  const kind = chance(0.94) ? 'table' : pick(['view', 'unlogged', 'parent'])
  const isReader = chance(0.4)

  const name = quote(table)
  const defer = isDeferrable ? ` deferrable${chance(0.5) ? ' initially deferred' : ''}` : ''
  const constraint = {
    primary: `primary key${defer}`,
    unique: `not null unique${defer}`,
    nullable: 'unique',
    partial: 'not null',
    none: 'not null',
  }[keyKind]
  const columns = [
    `${quote(id)} ${key.type} ${constraint}`,
    `${quote(note)} text`,
    'n integer default 0',
    ...named.map(other => `${other.name} ${other.type}`),
    ...(generated ? [`made text generated always as (upper(${quote(note)})) ${generated}`] : []),
  ]
  const by =
    partitions === 'hash'
      ? ` partition by hash (${quote(id)})`
      : partitions
        ? ` partition by list (${quote(id)})`
        : ''
  const sql = [`create type colour as enum ('red', 'blue', 'green')`]
  if (kind === 'view')
    sql.push(`create table base (${columns.join(', ')})`, `create view ${name} as select * from base`)
  else {
    sql.push(
      `create ${kind === 'unlogged' && !partitions ? 'unlogged ' : ''}table ${name} (${columns.join(', ')})${by}`,
    )
    if (kind === 'parent' && !partitions) sql.push(`create table child () inherits (${name})`)
    if (keyKind === 'partial' && !partitions)
      sql.push(`create unique index on ${name} (${quote(id)}) where n >= 0`)
    sql.push(`alter table ${name} alter ${quote(note)} set storage external`)
    const leaves = partitions === 'hash' ? [0, 1, 2].map(i => `part_${i}`) : partitions ? ['part_0'] : []
    for (const [i, leaf] of leaves.entries())
      sql.push(
        `create table ${leaf} partition of ${name} ${partitions === 'hash' ? `for values with (modulus 3, remainder ${i})` : 'default'}`,
      )
    for (const each of [name, ...leaves]) {
      if (
        identity === 'index' &&
        (keyKind === 'partial' || keyKind === 'none' || keyKind === 'nullable' || isDeferrable)
      )
        continue
      const own = each !== name && chance(0.3) ? 'default' : identity
      if (own === 'index') {
        if (each === name && !partitions)
          sql.push(
            `create unique index own_key on ${name} (${quote(id)})`,
            `alter table ${name} replica identity using index own_key`,
          )
      } else sql.push(`alter table ${each} replica identity ${own}`)
    }
    const other = random()
    if (other < 0.1) sql.push(`create publication other for table ${name} (${quote(id)})`)
    else if (other < 0.15 && !partitions) sql.push(`create publication other for table ${name} where (n > 1)`)
    else if (other < 0.2) sql.push('create publication other for all tables')
    else if (other < 0.25) sql.push(`create publication other for table ${name} with (publish = 'insert')`)
  }
  const tables = kind === 'view' ? 'base' : name
  const own = random()
  const options = [
    ...(partitions || chance(0.3) ? [`publish_via_partition_root = ${chance(0.9)}`] : []),
    ...(generated && chance(0.6) ? ['publish_generated_columns = stored'] : []),
    ...(chance(0.08) ? [`publish = 'insert, update'`] : []),
  ]
  const withOptions = options.length > 0 ? ` with (${options.join(', ')})` : ''
  if (own < 0.5 || (isReader && own < 0.9)) {
    const what = chance(0.05)
      ? 'for all tables'
      : chance(0.05)
        ? 'for tables in schema public'
        : `for table ${tables}${chance(0.08) ? ` (${quote(id)}, ${quote(note)})` : chance(0.05) && !partitions ? ' where (n >= 0)' : ''}`
    sql.push(`create publication cordage_SYSTEM ${what}${withOptions}`)
  }
  if (chance(0.05) && kind === 'table') sql.push(`alter table ${name} enable row level security`)

  const value = (n: number) => key.value(n)
  const filler = () =>
    chance(0.2)
      ? `repeat(md5('${Math.floor(random() * 1e9)}'), 100)`
      : chance(0.1)
        ? 'null'
        : `'n ${Math.floor(random() * 1e6)} \\ "é"'`
  const names = [quote(id), quote(note), ...named.map(other => other.name)].join(', ')
  const row = (n: number) =>
    [value(n), filler(), ...named.map(other => (chance(0.2) ? 'null' : pick(other.values)))].join(', ')
  const rows = kind === 'view' ? 'base' : name
  const insert = (n: number) => `insert into ${rows} (${names}) values (${row(n)})`
  const statement = (): string => {
    const n = Math.floor(random() * 30)
    const which = random()
    if (which < 0.35) return insert(100 + Math.floor(random() * 200))
    if (which < 0.55) return `update ${rows} set n = n + 1 where n < ${n}`
    if (which < 0.65)
      return `update ${rows} set ${quote(note)} = ${filler()} where ${quote(id)} = ${value(n)}`
    if (which < 0.78)
      return `update ${rows} set ${quote(id)} = ${quote(id)} ${key.moved} where ${quote(id)} = ${value(n)}`
    if (which < 0.82 && key.declared !== 'string') return `update ${rows} set ${quote(id)} = ${quote(id)} + 1`
    if (which < 0.97) return `delete from ${rows} where ${quote(id)} = ${value(n)}`
    return `truncate ${rows}`
  }
  for (let n = 0; n < 25; n++) sql.push(insert(n))
  const changes = Array.from({ length: 12 }, () =>
    Array.from({ length: 1 + Math.floor(random() * 5) }, statement),
  )
  const yaml = `${JSON.stringify(table)}:
  entity: product
  key: [${JSON.stringify(id)}]
  columns:
    ${JSON.stringify(id)}: { type: ${key.declared}, as: product_id }
    ${JSON.stringify(note)}: { type: string, as: name }
${named.map(other => `    ${other.name}: { type: ${other.declared}, as: ${other.name} }\n`).join('')}${isGeneratedListed ? '    made: { type: string, as: made }\n' : ''}`
  return {
    seed,
    sql,
    table,
    columns: {
      id,
      note,
      others: [...named.map(other => other.name), ...(isGeneratedListed ? ['made'] : [])],
    },
    yaml,
    isReader,
    changes,
  }
}
