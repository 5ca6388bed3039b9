import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { listFunctions, loadFunction, ROOT } from '../project.ts'
import { toCSharp, toCurl, toCurlGet } from './examples.ts'
import { listFields } from './fields.ts'
import { makePages } from './pages.ts'

const FOLDER = join(ROOT, 'docs', 'reference')

test('what is printed from the code says what it does today; "make reference" prints it again', async () => {
  const pages = await makePages()
  for (const [name, text] of pages) {
    assert.ok(existsSync(join(ROOT, name)), `${name} is missing: run "make reference"`)
    assert.equal(readFileSync(join(ROOT, name), 'utf8'), text, `${name} is stale: run "make reference"`)
  }
  const printed = [...pages.keys()].filter(name => name.startsWith('docs/reference/'))
  assert.deepEqual(readdirSync(FOLDER).sort(), printed.map(name => basename(name)).sort())
})

test('every example in the reference is an input that its function takes', async () => {
  const definitions = await Promise.all(listFunctions(ROOT).map(loadFunction))
  const withExamples = definitions.filter(definition => definition.kind === 'request' && definition.example)
  assert.ok(withExamples.length > 0)
  for (const definition of withExamples)
    if (definition.kind === 'request') definition.input.parse(definition.example)
})

test('every setting has a description', async () => {
  const settings = (await makePages()).get('docs/reference/settings.md') ?? ''
  const rows = settings.split('\n').filter(line => line.startsWith('| `'))
  assert.ok(rows.length > 10)
  assert.deepEqual(
    rows.filter(row => / \|\s+\|$/.test(row)),
    [],
  )
})

test('a call is the same in curl, in a query string and in C#', () => {
  const input = { query: 'a \'b\' "c"', limit: 3, filters: { priceMax: 50 } }
  assert.equal(
    toCurl('search-products', input),
    String.raw`curl -s http://127.0.0.1:8080/function/search-products -H 'content-type: application/json' -d '{"query":"a '\''b'\'' \"c\"","limit":3,"filters":{"priceMax":50}}'`,
  )
  assert.equal(
    toCurlGet('search-products', input),
    "curl -s 'http://127.0.0.1:8080/function/search-products?query=a%20%27b%27%20%22c%22&limit=3&filters.priceMax=50'",
  )
  assert.match(
    toCSharp('search-products', input, 'results'),
    /PostAsJsonAsync\("\/function\/search-products", new \{ query = "a 'b' \\"c\\"", limit = 3, filters = new \{ priceMax = 50 \} \}\)/,
  )
  assert.match(
    toCSharp('read-mart', { filters: { 'a-b': 1 } }, undefined),
    /new Dictionary<string, object> \{ \["a-b"\] = 1 \}/,
  )
})

test('fields within objects and lists are named by their path', () => {
  const fields = listFields({
    properties: {
      filters: { type: 'object', properties: { priceMax: { type: 'number', maximum: 10 } } },
      results: {
        type: 'array',
        items: { type: 'object', properties: { sku: { anyOf: [{ type: 'string' }, { type: 'null' }] } } },
      },
    },
    required: ['results'],
  })
  assert.deepEqual(
    fields.map(({ name, type, default: value, description }) => [name, type, value, description]),
    [
      ['filters', 'object', '', ''],
      ['filters.priceMax', 'number', '', 'at most 10'],
      ['results', 'list of object', 'required', ''],
      ['results[].sku', 'string or null', '', ''],
    ],
  )
})
