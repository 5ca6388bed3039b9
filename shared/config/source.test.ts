import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseSource, readSources, readSourceText } from '../capture/sources.ts'
import { ConfigError } from '../errors/index.ts'
import { lakeType, readTriggers, takenColumns } from './index.ts'

const GOOD = `connection: shop
capture: postgres
timeZone: Europe/Berlin
tables:
  Client:
    entity: client
    key: [ClientID]
    client: ClientID
    columns:
      ClientID: { type: int, as: client_id, policy: keep }
      Name: { type: string, as: name, policy: encrypt }
      BirthDate: { type: date, as: birth_year, policy: generalise }
      Income: { type: "decimal(19,4)", as: income, policy: keep }
`

test('a source has its system from its file, and of each table topic, partitions and whether it is personal', () => {
  const source = parseSource('sources/shop.yml', GOOD)
  assert.equal(source.system, 'shop')
  assert.equal(source.namespace, 'public')
  const [client] = source.tables
  assert.deepEqual([client?.topic, client?.partitions, client?.personal], ['cdc.shop.Client', 4, true])
  assert.deepEqual(client?.columns.Income?.type, { kind: 'decimal', precision: 19, scale: 4 })
})

test('in the lake a treated column is text, a generalised one a year, a dropped one is not there', () => {
  const column = (policy: 'keep' | 'drop' | 'hash' | 'generalise' | 'encrypt') =>
    lakeType({ type: { kind: 'date' }, as: 'x', policy })?.kind
  assert.deepEqual(
    [column('keep'), column('drop'), column('hash'), column('generalise'), column('encrypt')],
    ['date', undefined, 'string', 'int', 'string'],
  )
})

const REFUSED: { what: string; change: [string, string]; line: number; says: RegExp }[] = [
  { what: 'an unknown key', change: ['timeZone:', 'timezone:'], line: 3, says: /timezone: unknown key/ },
  {
    what: 'an unknown time zone',
    change: ['Europe/Berlin', 'Berlin'],
    line: 3,
    says: /timeZone: unknown time zone/,
  },
  {
    what: 'an unknown capture',
    change: ['capture: postgres', 'capture: oracle'],
    line: 2,
    says: /capture: /,
  },
  {
    what: 'a table without a key',
    change: ['key: [ClientID]', 'key: []'],
    line: 7,
    says: /tables\.Client\.key: a table needs a key/,
  },
  {
    what: 'a key that is no column',
    change: ['key: [ClientID]', 'key: [ID]'],
    line: 7,
    says: /key column ID is not among its columns/,
  },
  {
    what: 'a key that does not tell its entity apart',
    change: ['key: [ClientID]', 'key: [ClientID, Income]'],
    line: 7,
    says: /tables\.Client\.key: the key of a table of client rows must be the columns that are its client_id/,
  },
  {
    what: 'a number that its treatment makes a text',
    change: ['as: name', 'as: annual_income'],
    line: 11,
    says: /column Name is string in the lake, but annual_income must be int, bigint, decimal, double/,
  },
  {
    what: 'a client that is no column',
    change: ['client: ClientID', 'client: ID'],
    line: 8,
    says: /client column ID is not among its columns/,
  },
  {
    what: 'personal data of nobody',
    change: ['    client: ClientID\n', ''],
    line: 5,
    says: /table Client holds personal data \(Name, BirthDate\): name the column of the client's id/,
  },
  {
    what: 'a purpose of no products',
    change: ['tables:', 'search:\n  purposes:\n    - where: {}\n      for: [keep warm]\ntables:'],
    line: 6,
    says: /search\.purposes\.0\.where: must say which products/,
  },
  {
    what: 'a synonym of nothing',
    change: ['tables:', 'search:\n  synonyms: [[bike]]\ntables:'],
    line: 5,
    says: /search\.synonyms\.0: /,
  },
  {
    what: 'an unknown entity',
    change: ['entity: client', 'entity: person'],
    line: 6,
    says: /tables\.Client\.entity: /,
  },
  {
    what: 'an unknown type',
    change: ['type: string', 'type: varchar'],
    line: 11,
    says: /tables\.Client\.columns\.Name\.type: unknown type "varchar"/,
  },
  {
    what: 'a name of ours that is not snake_case',
    change: ['as: name', 'as: fullName'],
    line: 11,
    says: /columns\.Name\.as: must be snake_case/,
  },
  {
    what: 'a treatment that there is not',
    change: ['policy: encrypt', 'policy: mask'],
    line: 11,
    says: /columns\.Name\.policy: /,
  },
  {
    what: 'a key that would be treated',
    change: ['policy: keep', 'policy: hash'],
    line: 10,
    says: /key column ClientID can only have the policy keep/,
  },
  {
    what: 'a generalised number',
    change: ['type: date', 'type: int'],
    line: 12,
    says: /column BirthDate: only dates can be generalised/,
  },
  {
    what: 'names that differ in case only',
    change: ['Income:', 'name:'],
    line: 13,
    says: /columns Name and name differ only in case/,
  },
  {
    what: "the lake's own names",
    change: ['Income:', 'Year:'],
    line: 13,
    says: /column Year clashes with the lake's partition columns/,
  },
  {
    what: 'a name with an underscore before it',
    change: ['Income:', '_op:'],
    line: 13,
    says: /column _op begins with an underscore/,
  },
  {
    what: 'an entity without what tells its rows apart',
    change: ['as: client_id', 'as: number'],
    line: 9,
    says: /a table of client rows needs client_id to tell them apart: name these columns with "as:"/,
  },
  {
    what: 'two columns of one name of ours',
    change: ['as: income', 'as: name'],
    line: 13,
    says: /columns Name and Income are both called name: give one another name/,
  },
  { what: 'a column twice', change: ['Income:', 'Name:'], line: 13, says: /unique/ },
]

for (const { what, change, line, says } of REFUSED)
  test(`${what} is refused by its line`, () => {
    const text = GOOD.replace(...change)
    assert.notEqual(text, GOOD)
    assert.throws(
      () => parseSource('sources/shop.yml', text),
      (error: Error) => {
        assert.ok(error instanceof ConfigError)
        assert.match(error.message, says)
        assert.match(error.message, new RegExp(`^sources/shop\\.yml: .*\\bline ${line}\\b`))
        assert.ok(!error.message.includes('\n'))
        return true
      },
    )
  })

test('what is no YAML, or no mapping, is refused', () => {
  for (const text of [
    '',
    '[]',
    'connection: [',
    '\tx: 1',
    '"text"',
    'connection: *shop',
    'tables: []',
    'tables: { t: }',
  ])
    assert.throws(() => parseSource('sources/shop.yml', text), ConfigError)
})

test('all problems are reported at once, of whatever kind', () => {
  const text = `connection: shop
capture: oracle
tables:
  article:
    entity: product
    key: [nr]
    columns:
      id: { type: integer, as: product_id }
      _n: { type: string, as: Name }
      year: { type: int, as: built }
      year: { type: int, as: built }
  invoice:
    entity: sale
    key: [id]
    colums: {}
    columns:
      id: { type: int, as: sale_id }
      total: { type: string, as: amount }
`
  const read = readSourceText('shop.yml', text)
  assert.ok('problems' in read)
  const found = read.problems.map(({ line, says }) => `${line} ${says}`)
  for (const expected of [
    /^11 Map keys must be unique/,
    /^2 .*postgres/,
    /^1 .*(timeZone|expected string)/,
    /^8 unknown type "integer"/,
    /^9 must be snake_case/,
    /^6 key column nr is not among its columns/,
    /^9 column _n begins with an underscore/,
    /^1[01] column year clashes/,
    /^15 unknown key/,
    /^18 column total is string in the lake, but amount must be/,
    /^16 a table of sale rows needs its sale_date/,
  ])
    assert.ok(
      found.some(line => expected.test(line)),
      `${expected} in ${found.join('\n')}`,
    )
})

test('problems of several files are reported at once, with what does not fit between them', context => {
  const folder = mkdtempSync(join(tmpdir(), 'cordage-sources-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const files = {
    'a.yml': GOOD,
    'b.yml': GOOD,
    'c.yml': GOOD.replace('int', 'integer'),
    'd.yml': GOOD.replace('client:', 'customer:').replace('policy: keep', 'policy: mask'),
    'my-shop.yml': GOOD.replace('connection: shop', 'connection: shop\nidPrefix: 1-'),
    'my_shop.yml': GOOD.replace('connection: shop', 'connection: shop\nidPrefix: 2-'),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  assert.throws(
    () => readSources(folder),
    (error: Error) => {
      assert.match(error.message, /c\.yml: line 10, .*unknown type "integer"/)
      assert.match(error.message, /d\.yml: .*mask|d\.yml: .*policy/)
      assert.match(error.message, /a\.yml and .*b\.yml both have client ids with the prefix ""/)
      assert.match(error.message, /my-shop\.yml and .*my_shop\.yml are too much alike/)
      assert.ok(!error.message.includes('\n'))
      return true
    },
  )
})

test('two systems with the same entity need prefixes; with them they may have the same ids', context => {
  const folder = mkdtempSync(join(tmpdir(), 'cordage-sources-'))
  context.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'shop.yml'), GOOD)
  writeFileSync(join(folder, 'branch.yml'), GOOD)
  assert.throws(
    () => readSources(folder),
    /branch\.yml and .*shop\.yml both have client ids with the prefix ""/,
  )
  writeFileSync(
    join(folder, 'branch.yml'),
    GOOD.replace('connection: shop', 'connection: branch\nidPrefix: b-'),
  )
  assert.deepEqual(
    readSources(folder).map(({ system }) => system),
    ['branch', 'shop', 'cordage'],
  )
  assert.throws(() => readSources(join(folder, 'none')), /cannot be read/)
})

test("nobody's own system may be called as that of what Cordage records", context => {
  const folder = mkdtempSync(join(tmpdir(), 'cordage-sources-'))
  context.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'Cordage.yml'), GOOD)
  assert.throws(
    () => readSources(folder),
    /Cordage\.yml: cordage is the system of what Cordage itself records: rename the file$/,
  )
  writeFileSync(join(folder, 'Cordage.yml'), GOOD.replace(/capture: \w+/, 'capture: own'))
  assert.throws(() => readSources(folder), /"own" is unknown: there are postgres, debezium, sqlserver/)
})

test('a trigger file is refused by its file and field', context => {
  const folder = mkdtempSync(join(tmpdir(), 'cordage-triggers-'))
  context.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'ignored'))
  const read = (text: string) => {
    writeFileSync(join(folder, 'do-things.yml'), text)
    return readTriggers(folder)[0]
  }
  assert.deepEqual(read('# nothing\n'), { function: 'do-things' })
  assert.equal(read("schedules: [{ cron: '0 3 * * *' }]")?.schedules?.[0]?.timeZone, 'UTC')
  assert.throws(
    () => read("schedules: [{ cron: 'at three' }]"),
    /do-things\.yml: schedules\.0\.cron: not a cron pattern/,
  )
  assert.throws(() => read('topic: x'), /do-things\.yml: .*topic/)
  assert.throws(() => read('topics: ['), /do-things\.yml is not YAML/)
})

test('two columns of one name of ours are refused: one would hide the other', () => {
  const twice = GOOD.replace(/^( +)(\w+): (\{ type: string, as: )(\w+)(.*)$/m, '$&\n$1Other: $3$4$5')
  assert.notEqual(twice, GOOD)
  assert.throws(
    () => parseSource('shop.yml', twice),
    /columns \w+ and Other are both called \w+: give one another name/,
  )
})

test('a dropped column needs neither type nor name; every other says which is missing', () => {
  const text = (column: string) => `
connection: shop
capture: postgres
timeZone: UTC
tables:
  Client:
    entity: client
    key: [ClientID]
    client: ClientID
    columns:
      ClientID: { type: int, as: client_id, policy: keep }
      Address: ${column}
`
  const { tables } = parseSource('shop.yml', text('{ policy: drop }'))
  const [table] = tables
  assert.ok(table)
  assert.deepEqual(
    takenColumns(table).map(([name]) => name),
    ['ClientID'],
  )
  assert.equal(lakeType({ policy: 'drop' }), undefined)
  parseSource('shop.yml', text('{ type: inet, as: address, policy: drop }'))
  for (const [type, says] of [
    ['inet', /unknown type "inet": there are int, .*string takes what nothing else fits/],
    ['decimal(39,2)', /decimal\(39,2\) is not a decimal: it has 1 to 38 digits/],
    ['decimal(0,0)', /is not a decimal/],
    ['decimal(4,5)', /is not a decimal/],
  ] as const)
    assert.throws(() => parseSource('shop.yml', text(`{ type: "${type}", as: address, policy: keep }`)), says)
  assert.throws(
    () => parseSource('shop.yml', text('{ policy: keep, as: address }')),
    /line 12, tables\.Client\.columns\.Address.*only a dropped column .*needs no type/,
  )
  assert.throws(
    () => parseSource('shop.yml', text('{ policy: hash, type: string }')),
    /only a dropped column .*needs no as/,
  )
})

test('whatever a source file holds, it is read, or its problems are reported', () => {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
    return seed % below
  }
  const pieces = [
    '',
    ':',
    '[',
    '- ',
    '\n',
    '{',
    '&a ',
    '*a',
    '<<: *a',
    '"',
    "'",
    '\0',
    '? ',
    'null',
    '{ a: 1 }',
  ]
  for (let n = 0; n < 2000; n++) {
    const at = random(GOOD.length)
    const text = GOOD.slice(0, at) + pieces[random(pieces.length)] + GOOD.slice(at + random(40))
    const read = readSourceText('shop.yml', text)
    if ('problems' in read)
      assert.ok(read.problems.length > 0 && read.problems.every(({ says }) => says), text)
  }
})
