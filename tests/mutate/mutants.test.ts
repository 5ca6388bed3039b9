import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distance, paint, spansOf } from './coverage.ts'
import { applyMutant, drawSample, findMutants } from './mutants.ts'

const SOURCE = `export function pick(names: string[], log: Log): string | undefined {
  if (names.length > 1) log.debug({ more: names.length - 1 }, 'several')
  if (names.includes('é')) throw new RangeError(\`\${names.length + 1} names\`)
  return names[0]
}
`
const changes = async () =>
  (await findMutants('pick.ts', SOURCE)).map(({ line, original, replacement }) => [
    line,
    original,
    replacement,
  ])

test('conditions are changed, where they are; what is only said is not', async () => {
  const made = await changes()
  for (const expected of [
    [2, 'names.length > 1', 'true'],
    [2, 'names.length > 1', 'names.length >= 1'],
    [3, "names.includes('é')", 'false'],
  ])
    assert.ok(
      made.some(one => JSON.stringify(one) === JSON.stringify(expected)),
      `${expected} of ${JSON.stringify(made)}`,
    )
  assert.ok(!made.some(([, original]) => /names\.length [-+] 1|several/.test(String(original).slice(0, 30))))
})

test('a mutant changes its own place and nothing else', async () => {
  for (const mutant of await findMutants('pick.ts', SOURCE)) {
    const mutated = applyMutant(SOURCE, mutant)
    assert.notEqual(mutated, SOURCE)
    assert.equal(mutated.slice(0, mutant.start), SOURCE.slice(0, mutant.start))
    assert.ok(mutated.endsWith(SOURCE.slice(mutant.end)))
  }
})

test('a sample is the same for its seed, another for another, and in order', () => {
  const all = Array.from({ length: 100 }, (_, i) => i)
  const sample = drawSample(all, 10, 1)
  assert.deepEqual(drawSample(all, 10, 1), sample)
  assert.notDeepEqual(drawSample(all, 10, 2), sample)
  assert.deepEqual(
    sample.toSorted((a, b) => a - b),
    sample,
  )
  assert.deepEqual(drawSample(all, 200, 1), all)
})

test('of ranges within ranges the innermost says what was run', () => {
  const ranges = [
    { startOffset: 4, endOffset: 6, count: 0 },
    { startOffset: 0, endOffset: 10, count: 1 },
    { startOffset: 5, endOffset: 6, count: 2 },
    { startOffset: 8, endOffset: 10, count: 0 },
  ]
  assert.deepEqual(spansOf(paint(ranges)), [
    [0, 4],
    [5, 8],
  ])
  assert.deepEqual(spansOf(paint([])), [])
})

test("a file's own test is nearest, then its folder's, its room's, and others", () => {
  const file = 'shared/capture/postgres/slot.ts'
  const tests = ['postgres/slot', 'postgres/types', 'state'].map(name => `shared/capture/${name}.test.ts`)
  assert.deepEqual(
    [...tests, 'shared/bus/bus.test.ts'].map(test => distance(test, file)),
    [0, 1, 2, 3],
  )
})
