import { isMap, isNode, LineCounter, parseDocument } from 'yaml'
import {
  KINDS,
  type ListedColumn,
  type ListedTable,
  snakeName,
  yamlName,
} from '../../shared/capture/index.ts'
import { readSourceText } from '../../shared/capture/sources.ts'
import type { Entity, SecretUrl } from '../../shared/config/index.ts'

/** Drafts of a source file. All of it is guessed by names and types, and is there to be read and corrected. */

/** What a table's name says of its rows, in the order in which it is tried. */
const ENTITY_NAMES: [Entity, RegExp][] = [
  ['order_item', /^(sales_?)?orders?_?(lines?|items?|details?|positions?)$|^line_?items?$/],
  ['sale', /^(invoices?|sales?|billing)(_?(lines?|items?|details?|positions?))?$/],
  ['order', /^((sales|customer)_?)?orders?(_?headers?)?$/],
  ['subcategory', /^(product_?)?sub_?categor(y|ies)$/],
  ['category', /^(product_?)?categor(y|ies)$/],
  ['product', /^(products?|articles?|items?|parts?)$/],
  ['client', /^(clients?|customers?|buyers?)$/],
  ['inventory', /^((product_?)?inventor(y|ies)|stocks?|stock_?levels?)$/],
  ['territory', /^((sales_?)?territor(y|ies)|regions?)$/],
  ['transporter', /^(transporters?|carriers?|shippers?)$/],
]

/** Of these there are ids that other tables point to. */
const POINTED_TO: Entity[] = [
  'product',
  'category',
  'subcategory',
  'client',
  'order',
  'sale',
  'transporter',
  'territory',
]

/** Names that search and the models ask for, and what shops call them. */
const PRICE = /^(list_|net_|unit_|sales_)?price(_net)?$/
const COLUMN_NAMES: Partial<Record<Entity, [string, RegExp][]>> = {
  product: [
    ['sku', /^(sku|((article|product|item|part)_)?(number|no|code))$/],
    ['name', /^(name|title)$/],
    ['list_price', PRICE],
    ['standard_cost', /^(standard_|unit_)?cost$/],
    ['color', /^colou?r$/],
    ['modified_at', /^(modified|updated|changed)(_(at|on|date))?$/],
  ],
  category: [['name', /^(name|title|label)$/]],
  subcategory: [['name', /^(name|title|label)$/]],
  order: [
    ['order_number', /^(order_)?(number|no)$/],
    ['ordered_at', /^(ordered|placed|created)(_(at|on))?$|^order_date$/],
    ['status', /^(order_)?(status|state)$/],
  ],
  order_item: [
    ['line_number', /^(line|position|pos|line_(number|no)|item_(number|no))$/],
    ['quantity', /^(quantity|qty)$/],
    ['unit_price', PRICE],
  ],
  sale: [
    ['sale_date', /^(invoiced|sold|booked)(_(on|at))?$|^((invoice|sale|sales|booking)_)?date$/],
    ['amount', /^((line|net)_)?(amount|total)(_net)?$/],
    ['line_number', /^(order_)?(line|position|pos|line_(number|no))$/],
    ['quantity', /^(quantity|qty)$/],
  ],
  inventory: [
    ['location', /^(location|warehouse|bin|shelf|store)(_(id|code|name|no))?$/],
    ['quantity', /^(quantity|qty|stock|on_hand)$/],
  ],
  territory: [['region', /^(region|name)$/]],
}

/** Columns that may tell who somebody is. */
const PERSONAL =
  /mail|phone|mobile|fax|birth|born|dob$|street|address|zip|post_?code|postal|(^|_)ip(_|$)|iban|passw|ssn|(first|last|full|sur|user|contact|customer|client)_?name|salutation|signature/

/** Entities whose `name` is a thing's; any other table's may be somebody's. */
const OF_THINGS: Entity[] = ['product', 'category', 'subcategory', 'inventory', 'territory', 'transporter']

/** Lands in the lake, and no model asks anything of it. */
const FOR_ALL_ELSE: Entity = 'interaction'

/**
 * A source file for a database that has none: every table with a key, its columns by their types, personal-looking ones
 * dropped.
 */
export async function draftSource(url: SecretUrl, system: string): Promise<string> {
  const kind = url.scheme === 'sqlserver' ? 'sqlserver' : 'postgres'
  const capture = await KINDS[kind]?.open?.()
  const { namespace = '', tables = [] } = (await capture?.listTables?.(url)) ?? {}
  const head = `# Drafted by check-source: entities, names and treatments are guessed by the names and types in the database.
# Read it, correct it, and check it again. What each field means: docs/sources.md.
connection: ${yamlName(system)}
capture: ${kind}
namespace: ${yamlName(namespace)}
timeZone: UTC # of its business dates, such as Europe/Berlin
currency: USD # of its amounts
tables:
`
  const given = new Set<Entity>()
  const written = new Map<string, string>()
  // Of two tables of one entity the shorter name is the likelier: "orders" before "customer_orders".
  for (const table of [...tables].sort((a, b) => a.name.length - b.name.length)) {
    const entity = ENTITY_NAMES.find(([, names]) => names.test(snakeName(table.name)))?.[0]
    const guesses = entity && !given.has(entity) ? [entity, FOR_ALL_ELSE] : [FOR_ALL_ELSE]
    const drafts = guesses.map(guess => ({ guess, ...checkDraft(system, head, draftTable(table, guess)) }))
    const fitting = drafts.find(draft => 'lines' in draft)
    if (fitting) given.add(fitting.guess)
    written.set(table.name, fitting?.lines ?? leftOut(table, drafts.at(-1)))
  }
  return `${head}${tables.map(({ name }) => written.get(name)).join('')}`
}

/** A table of the file, as YAML, or why there is none. */
type Draft = { lines: string } | { because: string }

/** Whether a file with this table would be taken. */
function checkDraft(system: string, head: string, draft: Draft): Draft {
  if ('because' in draft) return draft
  const read = readSourceText(`${system}.yml`, `${head}${draft.lines}`)
  return 'source' in read ? draft : { because: read.problems.map(({ says }) => says).join('; ') }
}

const leftOut = ({ name }: ListedTable, draft: Draft | undefined) =>
  `  # ${JSON.stringify(name)} is left out: ${draft && 'because' in draft ? draft.because : ''}\n`

function draftTable(table: ListedTable, entity: Entity): Draft {
  const primary = table.key
  if (!primary) return { because: 'it has no key' }
  const named = nameColumns(table.columns, primary, entity)
  const nameOf = (ours: string) => [...named].find(([, name]) => name === ours)?.[0]
  // A line with a number of its own is told apart by its order and that number.
  const order = nameOf('order_id')
  const key = entity === 'order_item' && primary.length === 1 && order ? [order, ...primary] : primary
  const secret = table.columns.filter(column => isPersonal(column, entity)).map(({ name }) => name)
  if (key.some(name => secret.includes(name))) return { because: `its key ${key.join(', ')} looks personal` }
  const client = nameOf('client_id')
  // Without a client there is no key to treat a value with: then it is left out.
  const personal = client !== undefined && (entity === 'client' || secret.length > 0)
  const ids = new Set([...key, client])
  const lines = table.columns.flatMap(column => {
    const { name, type } = column
    const isDropped = type === undefined || secret.includes(name) || (entity === 'client' && !ids.has(name))
    if (!isDropped)
      return [
        `${yamlName(name)}: { type: ${type}, as: ${yamlName(named.get(name) ?? name)}${personal ? ', policy: keep' : ''} }`,
      ]
    if (personal) return [`${yamlName(name)}: { policy: drop }`]
    return secret.includes(name) ? [`# ${JSON.stringify(name)} looks personal and is left out`] : []
  })
  return {
    lines: [
      `  ${yamlName(table.name)}:`,
      `    entity: ${entity} # guessed`,
      `    key: [${key.map(yamlName).join(', ')}]`,
      ...(personal ? [`    client: ${yamlName(client)}`] : []),
      '    columns:',
      ...lines.map(line => `      ${line}`),
      '',
    ].join('\n'),
  }
}

/** Our name for each column, keys first; no two have the same. */
function nameColumns(columns: ListedColumn[], key: string[], entity: Entity): Map<string, string> {
  const named = new Map<string, string>()
  const taken = new Set<string>()
  const give = (column: string, wanted: (string | undefined)[]) => {
    const own = snakeName(column)
    const free = [...wanted, own, ...Array.from({ length: columns.length }, (_, i) => `${own}_${i + 2}`)]
    const name = free.find(name => name !== undefined && !taken.has(name)) ?? own
    named.set(column, name)
    taken.add(name)
  }
  const known = (name: string) => COLUMN_NAMES[entity]?.find(([, names]) => names.test(snakeName(name)))?.[0]
  for (const name of key) {
    const own = key.length === 1 && POINTED_TO.includes(entity) ? `${entity}_id` : pointedTo(name)
    give(name, [own, known(name), entity === 'order_item' ? 'line_number' : undefined])
  }
  for (const { name } of columns) if (!named.has(name)) give(name, [pointedTo(name), known(name)])
  return named
}

/** Our name for a column that points to another table: customer_id is client_id. */
function pointedTo(column: string): string | undefined {
  const stem = /^(.+?)_?id$/.exec(snakeName(column))?.[1]
  const entity = stem && ENTITY_NAMES.find(([, names]) => names.test(stem))?.[0]
  return entity && POINTED_TO.includes(entity) ? `${entity}_id` : undefined
}

function isPersonal(column: ListedColumn, entity: Entity): boolean {
  const snake = snakeName(column.name)
  return (
    column.isPersonal || PERSONAL.test(snake) || (/(^|_)name$/.test(snake) && !OF_THINGS.includes(entity))
  )
}

/** Where lines for a table belong in the text of its file, and the lines as they can be pasted there. */
export function placeProposal(
  text: string,
  table: string,
  lines: string[],
): { place: string; lines: string[] } {
  const counter = new LineCounter()
  const columns = parseDocument(text, { lineCounter: counter }).getIn(['tables', table, 'columns'], true)
  const path = `tables.${table}.columns`
  const last = isMap(columns) ? columns.items.at(-1) : undefined
  if (!isMap(columns) || columns.flow || !isNode(last?.key) || !isNode(last.value))
    return { place: `within the braces of ${path}`, lines: lines.map(line => `${line},`) }
  const indent = ' '.repeat(counter.linePos(last.key.range?.[0] ?? 0).col - 1)
  const { line } = counter.linePos((last.value.range?.[1] ?? 1) - 1)
  return { place: `below line ${line}, in ${path}`, lines: lines.map(proposed => `${indent}${proposed}`) }
}
