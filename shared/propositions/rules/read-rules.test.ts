import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ConfigError } from '../../errors/index.ts'
import { parseRules } from './read-rules.ts'
import { DEFAULT_RULES } from './schema.ts'

const refusal = (text: string): string => {
  try {
    parseRules('rules.yml', text)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.message
  }
  return assert.fail(`${text} was taken`)
}

test('a file that names no rule has the defaults', () => {
  for (const text of ['{}', '# nothing yet\n', '---\n'])
    assert.deepEqual(parseRules('rules.yml', text), DEFAULT_RULES)
  assert.deepEqual(DEFAULT_RULES, {
    inStock: true,
    notBoughtDays: 30,
    notReturned: true,
    notDismissedDays: 90,
    maxPerModel: 1,
    diversity: 0.2,
    pinned: [],
    excluded: [],
    exploration: 0,
  })
})

test('an id or a name is the text that is written, also where it looks like a number or a boolean', () => {
  const { pinned, excluded } = parseRules(
    'rules.yml',
    `pinned: [{ productId: 0012, territory: 1e3 }, { productId: 77 }]
excluded: [{ category: true }, { brand: 3.10 }, { subcategory: "No. 5" }, { productId: 0x1F }]`,
  )
  assert.deepEqual(pinned, [{ productId: '0012', territory: '1e3' }, { productId: '77' }])
  assert.deepEqual(excluded, [
    { category: 'true' },
    { brand: '3.10' },
    { subcategory: 'No. 5' },
    { productId: '0x1F' },
  ])
})

const REFUSED: { text: string; says: RegExp }[] = [
  { text: '', says: /line 1: is empty: write \{\} for the defaults$/ },
  {
    text: 'inStock: true\nmaxPerBrnd: 2',
    says: /line 2, maxPerBrnd: unknown key: did you mean maxPerBrand\?$/,
  },
  { text: 'max_per_brand: 2', says: /line 1, max_per_brand: unknown key: did you mean maxPerBrand\?$/ },
  { text: 'colour: red', says: /line 1, colour: unknown key: there are inStock, minMargin, / },
  {
    text: 'pinned:\n  - productId: 1\n  - productId: 2\n    territorry: x',
    says: /line 4, pinned\.1\.territorry: unknown key: did you mean territory\?$/,
  },
  {
    text: 'excluded:\n  - productId: 1\n    rank: 2',
    says: /line 3, excluded\.0\.rank: unknown key: there are productId, category, subcategory, brand, from, until$/,
  },
  { text: 'pinned:\n  - rank: 2', says: /line 2, pinned\.0\.productId: / },
  { text: 'pinned:\n  - productId: 1\n    rank: 0', says: /line 3, pinned\.0\.rank: / },
  {
    text: 'pinned:\n  - productId: 1\n    from: 2026-12-24\n    until: 2026-12-23',
    says: /line 4, pinned\.0\.until: is before "from"$/,
  },
  {
    text: 'excluded:\n  - { category: x, from: 2026-02-30 }',
    says: /line 2, excluded\.0\.from: must be a day/,
  },
  { text: 'excluded:\n  - { }', says: /line 2, excluded\.0: must have exactly one of productId, category/ },
  { text: 'excluded: [{ brand: x, category: y }]', says: /must have exactly one of/ },
  { text: 'minMargin:', says: /line 1, minMargin: has no value$/ },
  { text: 'minMargin: 15', says: /line 1, minMargin: / },
  { text: 'minMargin: .nan', says: /line 1, minMargin: / },
  { text: 'maxPerCategory: 0', says: /line 1, maxPerCategory: / },
  { text: 'notBoughtDays: -1', says: /line 1, notBoughtDays: / },
  { text: 'exploration: 0.6', says: /line 1, exploration: / },
  { text: 'inStock: no', says: /line 1, inStock: / },
  { text: 'inStock: true\ninStock: false', says: /line 2: Map keys must be unique$/ },
  {
    text: 'experiment: { name: autumn, groups: { a: 0.5, b: 0.4 } }',
    says: /line 1, experiment\.groups: the shares must add up to 1$/,
  },
  {
    text: 'experiment: { name: autumn, groups: { a: 1, b: 0 } }',
    says: /experiment\.groups\.b: must be more than 0/,
  },
  {
    text: 'experiment: { name: autumn, groups: {} }',
    says: /experiment\.groups: the shares must add up to 1$/,
  },
  { text: '[inStock]', says: /line 1: / },
  { text: 'pinned: [', says: /line 1: / },
  { text: 'pinned: *none', says: /line 1: / },
]
for (const { text, says } of REFUSED)
  test(`${JSON.stringify(text)} is refused with its line and field`, () => {
    assert.match(refusal(text), /^rules\.yml: /)
    assert.match(refusal(text), says)
  })

test('the file in the documentation is one that is taken', () => {
  const page = readFileSync(new URL('../../../docs/propositions.md', import.meta.url), 'utf8')
  const [, text = ''] = /^```yaml\n(.*?)^```$/ms.exec(page) ?? []
  const { pinned, excluded, experiment } = parseRules('rules.yml', text)
  assert.deepEqual([pinned.length, excluded.length, experiment?.name], [2, 2, 'autumn'])
})

test('all that is wrong is said at once', () => {
  assert.match(refusal('minMargin: 2\ncap: 1\npinned: [{}]'), /line 1, .*; line 2, .*; line 3, /)
})
