import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../support/postgres.ts'

const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')
const promises = [...page.matchAll(/^\| (.+?) +\| `([^`]+\.ts)`(?:: (.+?))? +\|$/gm)]

test('every row of the table of promises names a test', () => {
  const rows = page.slice(page.indexOf('| promise ')).match(/^\| .+ \|$/gm) ?? []
  // The head and the line below it name none.
  assert.equal(promises.length, rows.length - 2)
  assert.ok(promises.length > 0)
})

for (const [, promise = '', file = '', title = ''] of promises)
  test(`what guards "${promise}" is there`, () => {
    // A title may be written with its quotes escaped.
    const text = readFileSync(join(ROOT, file), 'utf8').replaceAll('\\', '')
    assert.ok(text.includes(title), `${file} has no test "${title}"`)
  })
