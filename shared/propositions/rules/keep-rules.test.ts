import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, test } from 'node:test'
import { ConfigError } from '../../errors/index.ts'
import { keepRules } from './keep-rules.ts'
import { DEFAULT_RULES } from './schema.ts'

let file: string
let logged: string[]
const log = {
  warn: (fields: { problem?: string }, text: string) => logged.push(`warn ${text}: ${fields.problem}`),
  info: (_: object, text: string) => logged.push(`info ${text}`),
} as unknown as Parameters<typeof keepRules>[1]

beforeEach(context => {
  const folder = mkdtempSync(join(tmpdir(), 'cordage-rules-'))
  file = join(folder, 'rules.yml')
  logged = []
  if ('after' in context) context.after(() => rmSync(folder, { recursive: true, force: true }))
})

/** The caps per brand that are in force, and what is said. */
const seen = (current: ReturnType<typeof keepRules>) => {
  const { rules, warnings } = current()
  return [rules.maxPerBrand, ...warnings]
}

test('without a file the defaults are in force', () => {
  assert.deepEqual(keepRules(undefined, log)(), { rules: DEFAULT_RULES, warnings: [] })
})

test('a file that changes is in force within a second, also where its size and time stay the same', t => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  writeFileSync(file, 'maxPerBrand: 2')
  const current = keepRules(file, log)
  const first = current().rules
  for (const [cap, wait] of [
    [3, 1000],
    [4, 1000],
    [5, 1000],
  ] as const) {
    writeFileSync(file, `maxPerBrand: ${cap}`)
    assert.deepEqual(seen(current), [cap - 1])
    t.mock.timers.tick(wait)
    assert.deepEqual(seen(current), [cap])
  }
  const { rules } = current()
  assert.notEqual(rules, first)
  writeFileSync(file, 'maxPerBrand: 5')
  t.mock.timers.tick(1000)
  assert.equal(current().rules, rules, 'the same text keeps the same object')
  assert.deepEqual(logged, [])
})

test('a file that becomes invalid, empty or is gone leaves the last good rules, and says so once and in each answer', t => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-27T12:00:00Z') })
  writeFileSync(file, 'maxPerBrand: 2')
  const current = keepRules(file, log)
  for (const [breakIt, says] of [
    [() => writeFileSync(file, 'maxPerBrnd: 3'), 'rules.yml: line 1, maxPerBrnd: unknown key'],
    [() => writeFileSync(file, ''), 'rules.yml: line 1: is empty'],
    [() => renameSync(file, `${file}.old`), 'ENOENT: no such file or directory'],
  ] as const) {
    logged = []
    breakIt()
    for (let i = 0; i < 3; i++) {
      t.mock.timers.tick(1000)
      const [cap, warning = '', ...others] = seen(current) as [number, string]
      assert.deepEqual([cap, others], [2, []])
      assert.ok(warning.includes(says), warning)
      assert.ok(!warning.includes(tmpdir()), 'no folder of the server is told')
      assert.match(warning, /since 2026-11-27T12:0/)
    }
    assert.equal(logged.length, 1)
    assert.match(
      logged[0] ?? '',
      /^warn the rules of propositions cannot be read: the last good ones are used: /,
    )
  }
  logged = []
  writeFileSync(file, 'maxPerBrand: 4')
  t.mock.timers.tick(1000)
  assert.deepEqual(seen(current), [4])
  assert.deepEqual(logged, ['info the rules of propositions can be read again'])
})

test('a file that is mended to what it was before is in force without a warning', t => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  writeFileSync(file, 'maxPerBrand: 2')
  const current = keepRules(file, log)
  const { rules } = current()
  writeFileSync(file, 'maxPerBrand: many')
  t.mock.timers.tick(1000)
  assert.equal(seen(current).length, 2)
  writeFileSync(file, 'maxPerBrand: 2')
  t.mock.timers.tick(1000)
  assert.deepEqual(current(), { rules, warnings: [] })
})

test('a file that was away for a while and comes back as it was is in force without a warning', t => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 })
  writeFileSync(file, 'maxPerBrand: 2')
  const current = keepRules(file, log)
  for (const isAway of [false, false, true, false]) {
    if (isAway) renameSync(file, `${file}.old`)
    t.mock.timers.tick(1000)
    assert.equal(seen(current).length, isAway ? 2 : 1)
    if (isAway) renameSync(`${file}.old`, file)
  }
})

test('a clock that is set back does not keep a file from being read', t => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  writeFileSync(file, 'maxPerBrand: 2')
  const current = keepRules(file, log)
  writeFileSync(file, 'maxPerBrand: 3')
  t.mock.timers.setTime(Date.now() - 3_600_000)
  assert.deepEqual(seen(current), [3])
})

test('at the start a file that cannot be used is refused: there are no good rules yet', () => {
  assert.throws(() => keepRules(file, log), ConfigError)
  writeFileSync(file, 'maxPerBrnd: 3')
  assert.throws(() => keepRules(file, log), /line 1, maxPerBrnd: unknown key: did you mean maxPerBrand\?/)
})
