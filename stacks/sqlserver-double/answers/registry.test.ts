import assert from 'node:assert/strict'
import { test } from 'node:test'
import { column, type Value } from '../tds/types.ts'
import { makeRegistry, type Recogniser } from './registry.ts'
import { splitList } from './template.ts'

const told: unknown[] = []
const tell = (name: string, text: string): Recogniser<string> => ({
  name,
  text,
  answer({ holes, parameters, session }) {
    told.push({ name, ...holes, ...Object.fromEntries(parameters.map(p => [p.name, p.value])), session })
    return [{ columns: [column('n', 'int')], rows: [[1]] }]
  },
})

const registry = makeRegistry(
  [tell('rows', 'select top (@limit) {columns:list} from {schema}.{table} order by {along:list}')],
  [
    tell(
      'tables',
      'select o.name from sys.objects o where o.name in ({tables:parameters}) and o.x = {n:number}',
    ),
  ],
  [
    {
      name: 'help',
      procedure: 'sys.sp_help',
      answer: ({ parameter }) => [{ changed: Number(parameter('mode')) }],
    },
  ],
)
const ask = (text: string, values: Record<string, Value> = {}) =>
  registry.answer(
    { text, parameters: Object.entries(values).map(([name, value]) => ({ name, value, output: false })) },
    'me',
    new AbortController().signal,
  )

test('a statement is recognised by its text, whatever its white space, and its holes are told', () => {
  ask(
    'select top (@limit)  convert(varchar(50), [a, b]), [c  d]\n from [dbo].[odd ]] name]\norder by [c  d]',
    { limit: 5 },
  )
  assert.deepEqual(told.pop(), {
    name: 'rows',
    columns: 'convert(varchar(50), [a, b]), [c  d]',
    schema: 'dbo',
    table: 'odd ] name',
    along: '[c  d]',
    limit: 5,
    session: 'me',
  })
  ask('select o.name from sys.objects o where o.name in (@t0, @t1) and o.x = 7')
  assert.deepEqual(told.pop(), { name: 'tables', tables: 't0, t1', n: '7', session: 'me' })
  assert.equal(registry.counts.get('rows'), 1)
})

test('a changed statement is error 102, and is kept', () => {
  for (const changed of [
    'select o.name from sys.objects o where o.name in (t0) and o.x = 7',
    'SELECT o.name from sys.objects o where o.name in (@t0) and o.x = 7',
    'select o.name from sys.objects o where o.name in (@t0) and o.x = 7 or 1 = 1',
  ])
    assert.throws(() => ask(changed), { number: 102 })
  assert.equal(registry.unknown.length, 3)
})

test('a procedure is recognised by its name, with its schema or without', () => {
  const call = (procedure: string, parameters = [{ name: 'mode', value: 3, output: false }]) =>
    registry.answer({ procedure, parameters }, 'me', new AbortController().signal)
  assert.deepEqual(call('sp_help'), [{ changed: 3 }])
  assert.deepEqual(call('[sys].SP_HELP'), [{ changed: 3 }])
  assert.throws(() => call('sp_help', []), { number: 137 })
  assert.throws(() => call('sp_other'), { number: 102 })
})

test('a list is split at its own commas only', () => {
  assert.deepEqual(splitList("[a, b], f(1, [c]), N'x, ''y', d"), ['[a, b]', 'f(1, [c])', "N'x, ''y'", 'd'])
})
