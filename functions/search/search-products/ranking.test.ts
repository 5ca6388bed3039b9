import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from '../../../shared/config/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { makeLogger } from '../../../shared/telemetry/index.ts'
import { makeRandom } from '../../../stacks/demo/random.ts'
import { interleave } from './interleave.ts'
import { LEARNED_DEPTH, reorder } from './learned.ts'
import type { Found } from './query.ts'
import { makeRanking, type RankingName } from './ranking.ts'

const found = (product_id: string, score: number, matched = ['words']) =>
  ({ product_id, score, matched }) as Found
const idsOf = (results: Found[]) => results.map(({ product_id }) => product_id).join('')
const PAGE = { limit: 2, offset: 0 }
const THREE = [found('a', 0.5), found('b', 0.45), found('c', 0.3)]

/** A ranking over a store that says so of each product; what the store was asked is kept. */
function start(SEARCH_RANKING: RankingName, rows: object[] | Error = []) {
  const asked: unknown[][] = []
  const warned: string[] = []
  const query = async (_: string, values: unknown[]) => {
    asked.push(values)
    if (rows instanceof Error) throw rows
    return rows
  }
  const log = makeLogger({ level: 'warn', destination: { write: line => warned.push(line) } })
  const rank = makeRanking({ query } as unknown as Store, { ...readSettings({}), SEARCH_RANKING }, log)
  return { rank, asked, warned }
}
const asking = { searchId: 's', query: 'bell', page: PAGE, isByFit: true }
const FOR_B = [{ product_id: 'b', query: 1, general: 0 }]

test('plain asks nobody, finds just the page, and shows it as it was found', async () => {
  const { rank, asked } = start('plain', FOR_B)
  const { page, show } = rank(asking)
  assert.deepEqual(page, PAGE)
  assert.deepEqual(await show(THREE.slice(0, 2)), {
    results: THREE.slice(0, 2),
    ranking: 'plain',
    teams: null,
  })
  assert.deepEqual(asked, [])
})

test('learned shows the page of the order that clicks speak for', async () => {
  const { rank } = start('learned', FOR_B)
  const { page, show } = rank(asking)
  assert.deepEqual(page, { limit: LEARNED_DEPTH, offset: 0 })
  const { results, ranking } = await show(THREE)
  assert.equal(idsOf(results), 'ba')
  assert.equal(ranking, 'learned')
  assert.equal(idsOf((await rank({ ...asking, page: { limit: 2, offset: 2 } }).show(THREE)).results), 'c')
})

test('an answer in another order, or far down, is plain', async () => {
  const { rank, asked } = start('learned', FOR_B)
  assert.equal((await rank({ ...asking, isByFit: false }).show(THREE)).ranking, 'plain')
  const deep = { limit: 10, offset: LEARNED_DEPTH }
  assert.deepEqual(rank({ ...asking, page: deep }).page, deep)
  assert.deepEqual(asked, [])
})

test('where nothing is learnt, or it cannot be read, the order is the plain one and the answer comes', async () => {
  assert.equal(idsOf((await start('learned').rank(asking).show(THREE)).results), 'ab')
  const broken = start('interleaved', new Error('relation does not exist'))
  const { results, teams } = await broken.rank(asking).show(THREE)
  assert.equal(idsOf(results), 'ab')
  assert.equal(teams, '--')
  assert.match(broken.warned.join(), /the ranking is plain/)
})

test('evidence never lifts a product above an identifier, nor one that was not found', () => {
  const evidence = new Map([
    ['b', { query: 1, general: 1 }],
    ['z', { query: 1, general: 1 }],
  ])
  const results = reorder([found('a', 1, ['identifier']), ...THREE.slice(1)], evidence)
  assert.equal(idsOf(results), 'abc')
  assert.equal(idsOf(reorder(THREE, new Map([['a', { query: -1, general: 0 }]]))), 'bca')
})

test('an interleaved order has each result once, and the first of both rankings at the top', () => {
  const random = makeRandom(7)
  for (let run = 0; run < 500; run++) {
    const plain = Array.from({ length: Math.floor(random() * 12) }, (_, at) => String(at))
    const learned = plain
      .map(id => [random(), id] as const)
      .sort(([a], [b]) => a - b)
      .map(([, id]) => id)
    const merged = interleave(plain, learned, String(run))
    assert.deepEqual(merged.map(({ result }) => result).toSorted(), plain.toSorted())
    assert.deepEqual(interleave(plain, learned, String(run)), merged)
    assert.ok([plain[0], learned[0]].includes(merged[0]?.result))
    const count = (team: string) => merged.filter(each => each.team === team).length
    assert.ok(Math.abs(count('p') - count('l')) <= 1)
  }
})

test('what both rankings would show alike is of no team, and a coin is fair', () => {
  assert.deepEqual(
    interleave(['a', 'b', 'c'], ['a', 'b', 'c'], 's').map(({ team }) => team),
    ['-', '-', '-'],
  )
  const firsts = Array.from(
    { length: 1000 },
    (_, run) => interleave(['a', 'b'], ['b', 'a'], `${run}`)[0]?.team,
  )
  const ofPlain = firsts.filter(team => team === 'p').length
  assert.ok(ofPlain > 440 && ofPlain < 560, String(ofPlain))
})
