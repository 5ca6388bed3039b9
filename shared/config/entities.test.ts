import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSource, readSourceText } from '../capture/sources.ts'
import { idPrefixOf, plainName } from './index.ts'

const KINDS: [as: string, type: string, isTaken: boolean][] = [
  ['quantity', 'decimal(10,3)', true],
  ['quantity', 'decimal(10,0)', true],
  ['quantity', 'int', true],
  ['quantity', 'string', false],
  ['line_number', 'decimal(10,0)', true],
  ['line_number', 'decimal(10,2)', false],
  ['line_number', 'decimal(38,0)', false],
  ['total_children', 'decimal(3,0)', true],
]
test('quantities come in fractions, counts also as decimals without one', () => {
  for (const [as, type, isTaken] of KINDS) {
    const text = shopOf(`  lines:
    entity: sale
    key: [id]
    columns: { id: { type: int, as: sale_id }, day: { type: date, as: sale_date }, sum: { type: double, as: amount }, n: { type: "${type}", as: ${as} } }
`)
    if (isTaken) assert.equal(parseSource('shop.yml', text).system, 'shop')
    else assert.throws(() => parseSource('shop.yml', text), new RegExp(`column n is .*, but ${as} must be`))
  }
})

const shopOf = (tables: string) => `connection: shop\ncapture: postgres\ntimeZone: UTC\ntables:\n${tables}`
const tableOf = (name: string, entity: string, columns: Record<string, string>, more = '') =>
  `  ${JSON.stringify(name)}:\n    entity: ${entity}\n    key: [${Object.keys(columns)[0]}]\n${more}    columns:\n${Object.entries(
    columns,
  )
    .map(([column, as]) => `      ${column}: { type: ${as.endsWith('_date') ? 'date' : 'int'}, as: ${as} }\n`)
    .join('')}`
const problemsOf = (text: string, file = 'shop.yml') => {
  const read = readSourceText(file, text)
  return 'problems' in read ? read.problems.map(({ says }) => says) : []
}

/** By entity: columns that are enough, each of which is missed by its name. */
const NEEDED: Record<string, string[]> = {
  product: ['product_id'],
  product_text: ['model', 'description'],
  category: ['category_id', 'name'],
  subcategory: ['subcategory_id', 'name'],
  client: ['client_id'],
  order: ['order_id'],
  sale: ['sale_id', 'sale_date', 'amount'],
  inventory: ['product_id'],
  transporter: ['transporter_id'],
  territory: ['territory_id'],
  return: ['return_id', 'return_date'],
  offer: [],
  interaction: [],
}
test('an entity is asked for what search or the models cannot do without, by name, and for nothing else', () => {
  for (const [entity, needed] of Object.entries(NEEDED)) {
    const columns = Object.fromEntries([...needed, 'other'].map((as, n) => [`c${n}`, as]))
    assert.deepEqual(problemsOf(shopOf(tableOf('t', entity, columns))), [], entity)
    for (const lacking of needed) {
      const rest = Object.fromEntries(
        [...needed, 'other'].filter(as => as !== lacking).map((as, n) => [`c${n}`, as]),
      )
      const says = problemsOf(shopOf(tableOf('t', entity, rest))).join('\n')
      assert.match(
        says,
        new RegExp(`table of ${entity} rows .*${lacking}`),
        `${entity} without ${lacking}: ${says}`,
      )
    }
  }
})

const ARTICLE = { id: 'product_id', n: 'name' }
test('two tables of an entity need an idPrefix, and a column that points to them says which', () => {
  const article = tableOf('article', 'product', ARTICLE)
  assert.deepEqual(problemsOf(shopOf(article + tableOf('part', 'product', ARTICLE))), [
    'tables article and part both have product rows with the idPrefix "", and their ids would collide: give one an idPrefix of its own',
  ])
  const both = article + tableOf('part', 'product', ARTICLE, '    idPrefix: p-\n')
  assert.deepEqual(problemsOf(shopOf(both)), [])
  const stock = (idPrefix: string) => `  stock:
    entity: inventory
    key: [id]
    columns: { id: { type: int, as: product_id${idPrefix} }, n: { type: int, as: quantity } }
`
  assert.deepEqual(problemsOf(shopOf(both + stock(''))), [
    'column id points to product rows, which are in the tables article, part: choose one with an idPrefix, "" or "p-"',
  ])
  assert.deepEqual(problemsOf(shopOf(both + stock(', idPrefix: q-'))), [
    'column id has the idPrefix "q-", but product rows have "" or "p-"',
  ])
  const source = parseSource(
    'shop.yml',
    shopOf(both + stock(', idPrefix: p-')).replace('tables:', 'idPrefix: s-\ntables:'),
  )
  const prefixes = source.tables.map(table =>
    idPrefixOf(source, table, table.columns.id ?? assert.fail(`${table.name} has an id`)),
  )
  assert.deepEqual(prefixes, ['s-', 's-p-', 's-p-'])
})

test('a category is a text or a row of its own table, not both', () => {
  const says = problemsOf(
    shopOf(tableOf('article', 'product', { ...ARTICLE, a: 'category', b: 'category_id' })),
  )
  assert.deepEqual(says, [
    "a product's category is a text (as: category) or a row of another table (as: category_id): list one of the two",
  ])
})

test('any name has a topic that Kafka takes and a folder of its own; names that fold to one are refused', () => {
  const names = ['artikel-stamm', 'order items', 'Größe', 'a/../b', '..', '名前', 'x'.repeat(128), 'a\nb', '']
  const plain = names.map(plainName)
  for (const name of plain) assert.match(name, /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,140}$/)
  assert.equal(new Set(plain).size, names.length)
  assert.equal(plainName('Product.2'), 'Product.2', 'a name that was taken before stays')
  const two = (one: string, other: string) =>
    problemsOf(shopOf(tableOf(one, 'offer', { id: 'id' }) + tableOf(other, 'offer', { id: 'id' })))
  assert.match(two('Order', 'order').join(), /tables Order and order cannot be told apart/)
  assert.match(two('a.b', 'a_b').join(), /tables a\.b and a_b cannot be told apart/)
  assert.deepEqual(two('a b', 'a-b'), [])
  assert.match(
    problemsOf(shopOf(tableOf('a', 'offer', { id: 'id' })), 'my shop.yml').join(),
    /rename "my shop", such as to shop/,
  )
})

test('two tables of clients with personal data are described in two files', () => {
  const table = (name: string, prefix: string) => `  ${name}:
    entity: client
    idPrefix: "${prefix}"
    key: [id]
    client: id
    columns:
      id: { type: int, as: client_id, policy: keep }
      name: { type: string, as: last_name, policy: encrypt }
`
  assert.match(
    problemsOf(shopOf(table('One', '1-') + table('Two', '2-'))).join(),
    /tables One and Two both hold personal data of clients: describe one of them in a source file of its own/,
  )
})
