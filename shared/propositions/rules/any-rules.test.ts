import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeRandom } from '../../../stacks/demo/random.ts'
import { addDays, makeAsk, makeRules, type Written } from '../../../tests/support/any-rules.ts'
import { ConfigError } from '../../errors/index.ts'
import { applyRules, type Propositions } from './apply-rules.ts'
import type { Ask } from './draft.ts'
import type { ProductFacts } from './facts.ts'
import { groupOf } from './group-of.ts'
import { parseRules } from './read-rules.ts'
import type { Rules } from './schema.ts'

/**
 * What docs/propositions.md says of a list, checked by code that has nothing in common with what makes it: it looks at all
 * candidates, one by one, with days as text and names in lower case.
 */
const RUNS = 10_000
const SEED = Number(process.env.SEED ?? 20261127)
const TODAY = '2026-11-27'

/** The column "without a file". */
const WITHOUT = {
  inStock: true,
  notReturned: true,
  notDismissedDays: 90,
  notBoughtDays: 30,
  maxPerModel: 1,
  diversity: 0.2,
  exploration: 0,
}
const lower = (name: string | null | undefined) => name?.toLowerCase()
const isOn = ({ from = '0000', until = '9999' }: { from?: string; until?: string }) =>
  from <= TODAY && TODAY <= until

/** The first rule of the docs' table that leaves a product out by itself. */
function ruleAgainst(product: ProductFacts, written: Written, { client }: Ask): string | undefined {
  const rules = { ...WITHOUT, ...written }
  const { productId, price, cost, stock, repeatDays } = product
  const isExcluded = (rules.excluded ?? []).some(
    entry =>
      isOn(entry) &&
      (entry.productId === productId ||
        ['category' as const, 'subcategory' as const, 'brand' as const].some(
          key => entry[key] !== undefined && lower(entry[key]) === lower(product[key]),
        )),
  )
  if (isExcluded) return 'excluded'
  if (rules.inStock && stock !== null && (Number.isNaN(stock) || stock <= 0)) return 'inStock'
  if (rules.minMargin !== undefined) {
    if (price === null || cost === null || Number.isNaN(price) || Number.isNaN(cost) || price <= 0)
      return 'minMargin'
    if (Math.round(((price - cost) / price) * 1e6) < Math.round(rules.minMargin * 1e6)) return 'minMargin'
  }
  if (rules.notReturned && client?.returned.has(productId)) return 'notReturned'
  const dismissed = client?.dismissed.get(productId)
  if (rules.notDismissedDays > 0 && dismissed && addDays(dismissed, rules.notDismissedDays) > TODAY)
    return 'notDismissedDays'
  const bought = client?.bought.get(productId)
  if (rules.notBoughtDays > 0 && bought && addDays(bought, rules.notBoughtDays) > TODAY) {
    const isUsedUp =
      repeatDays !== null && repeatDays > 0 && addDays(bought, Math.ceil(0.8 * repeatDays)) <= TODAY
    if (!isUsedUp) return 'notBoughtDays'
  }
  return undefined
}

const CAPS = [
  ['maxPerModel', 'model'],
  ['maxPerSubcategory', 'subcategory'],
  ['maxPerCategory', 'category'],
  ['maxPerBrand', 'brand'],
] as const

/** Whether a list that holds these products may have one more. */
const hasRoom = (held: ProductFacts[], next: ProductFacts, written: Written) =>
  CAPS.every(([cap, key]) => {
    const most = { ...WITHOUT, ...written }[cap]
    return most === undefined || !next[key] || held.filter(one => one[key] === next[key]).length < most
  })

type Checked = { written: Written; ask: Ask; made: Propositions; held: ProductFacts[] }

/** Pins of today and of the client's territory, that have a place in a list of this length. */
const pinsOf = ({ written, ask }: Checked) =>
  (written.pinned ?? []).filter(
    pin =>
      isOn(pin) &&
      (pin.territory === undefined || lower(pin.territory) === lower(ask.territory)) &&
      (pin.rank ?? 1) <= ask.limit,
  )

function checkItems({ written, ask, made: { list }, held }: Checked): void {
  assert.equal(new Set(list.map(({ productId }) => productId)).size, list.length, 'ids are unique')
  assert.ok(list.length <= ask.limit)
  held.forEach((product, i) => {
    assert.equal(ruleAgainst(product, written, ask), undefined, product.productId)
    assert.ok(hasRoom(held.slice(0, i), product, written), 'no cap is broken')
  })
}

function checkKinds(checked: Checked): void {
  const { written, ask, made } = checked
  const pinned = new Set(pinsOf(checked).map(pin => pin.productId))
  const scored = ask.candidates.filter(({ score }) => Number.isFinite(score))
  for (const { productId, score, because, kind } of made.list) {
    const own = scored.find(candidate => candidate.productId === productId)
    assert.equal(kind === 'pinned', pinned.has(productId))
    assert.deepEqual([score, because], own ? [own.score, own.because] : [0, 'chosen by the shop'])
    if (kind === 'ranked') assert.ok(own)
    if (kind === 'explored')
      assert.ok(scored.some(one => one.productId === productId && (one.isNew || one.isSeldomShown)))
  }
  const explored = made.list.filter(({ kind }) => kind === 'explored').length
  assert.ok(explored <= (written.exploration ?? 0) * ask.limit + 1e-6)
  if (made.list.length < ask.limit) assert.equal(explored, 0)
}

/** While places are free nothing is left that could be added, and no pin ever where places are not all pins'. */
function checkFilled(checked: Checked): void {
  const { written, ask, made, held } = checked
  const isMissing = (productId: string) => {
    const product = ask.products.get(productId)
    if (!product || held.includes(product)) return false
    return ruleAgainst(product, written, ask) === undefined && hasRoom(held, product, written)
  }
  if (made.list.length < ask.limit)
    for (const { productId, score } of ask.candidates)
      assert.ok(!Number.isFinite(score) || !isMissing(productId), `${productId} could be added`)
  if (made.list.every(({ kind }) => kind === 'pinned') && made.list.length === ask.limit) return
  const others = held.filter((_, i) => made.list[i]?.kind === 'pinned')
  for (const { productId } of pinsOf(checked)) {
    const product = ask.products.get(productId)
    if (!product || held.includes(product)) continue
    assert.ok(ruleAgainst(product, written, ask) || !hasRoom(others, product, written), `pin ${productId}`)
  }
}

/** In a full list pins whose ranks differ are at them; pins without a rank are before all that is no pin. */
function checkPlaces(checked: Checked): void {
  const { list } = checked.made
  const pins = pinsOf(checked)
  const byRank = pins.toSorted((a, b) => (a.rank ?? 999) - (b.rank ?? 999))
  const rankOf = (productId: string) => byRank.find(pin => pin.productId === productId)?.rank
  const places = list.flatMap(({ productId, kind }, i) =>
    kind === 'pinned' ? [{ rank: rankOf(productId), place: i + 1 }] : [],
  )
  const ranked = places.filter(({ rank }) => rank !== undefined)
  if (list.length === checked.ask.limit && new Set(ranked.map(({ rank }) => rank)).size === ranked.length)
    for (const { rank, place } of ranked) assert.equal(place, rank)
  const other = list.findIndex(({ kind }) => kind !== 'pinned') + 1
  for (const { rank, place } of places) if (rank === undefined && other > 0) assert.ok(place < other)
}

/** Without exploration the rest is in the order that the docs' formula gives. */
function checkOrder({ written, ask, made, held }: Checked): void {
  if (made.list.some(({ kind }) => kind === 'explored')) return
  const list = held.filter((_, i) => made.list[i]?.kind === 'pinned')
  const ranked = made.list.filter(({ kind }) => kind === 'ranked')
  const diversity = written.diversity ?? WITHOUT.diversity
  for (const { productId } of ranked) {
    let next: { product: ProductFacts; cost: number } | undefined
    ask.candidates.forEach(({ productId, score }, i) => {
      const product = ask.products.get(productId)
      if (!product || !Number.isFinite(score) || list.includes(product)) return
      if (ruleAgainst(product, written, ask) !== undefined || !hasRoom(list, product, written)) return
      const { subcategory } = product
      const same = subcategory ? list.filter(one => one.subcategory === subcategory).length : 0
      const cost = (i + 1) * (1 + diversity * same)
      if (!next || cost < next.cost) next = { product, cost }
    })
    assert.equal(productId, next?.product.productId)
    if (next) list.push(next.product)
  }
}

/** A short list says so, and of each rule how many it left out. */
function checkWarnings({ written, ask, made, held }: Checked): void {
  const said = made.warnings.filter(text => text.startsWith('only '))
  assert.equal(said.length, made.list.length < ask.limit ? 1 : 0)
  const [warning] = said
  if (warning === undefined) return
  assert.ok(warning.startsWith(`only ${made.list.length} of ${ask.limit} places are filled; `), warning)
  const counts = new Map<string, number>()
  for (const { productId, score } of ask.candidates) {
    const product = ask.products.get(productId)
    if (product && held.includes(product)) continue
    const why = product
      ? Number.isFinite(score)
        ? (ruleAgainst(product, written, ask) ?? 'maxPer')
        : 'without a score'
      : 'not in the catalogue'
    counts.set(why, (counts.get(why) ?? 0) + 1)
  }
  for (const [why, count] of counts)
    if (why === 'maxPer') assert.match(warning, /maxPer\w+ \d/)
    else if (why !== 'without a score') assert.match(warning, new RegExp(`[:,] ${why} ${count}(,|$)`))
  if (counts.size === 0 && !warning.includes('without a score'))
    assert.match(warning, /; there are no more candidates$/)
}

/** What was not looked at changes nothing, but for a pin's score and reason. */
function checkLooked(rules: Rules, ask: Ask, made: Propositions): boolean {
  if (made.looked >= ask.candidates.length) return false
  const isPinned = (id: string) => rules.pinned.some(({ productId }) => productId === id)
  const candidates = ask.candidates.filter(({ productId }, i) => i < made.looked + 1 || isPinned(productId))
  assert.deepEqual(applyRules(rules, { ...ask, candidates }), made)
  return true
}

const CHECKS = [checkItems, checkKinds, checkFilled, checkPlaces, checkOrder, checkWarnings]

test(`${RUNS} random files of rules and lists: no rule is broken, and each list is as long as it can be`, () => {
  const random = makeRandom(SEED)
  const seen = { full: 0, short: 0, pinned: 0, explored: 0, pinsLeftOut: 0, notLooked: 0 }
  for (let run = 0; run < RUNS; run++) {
    const { written, text } = makeRules(random, TODAY)
    const ask = makeAsk(random, TODAY)
    const story = () => `SEED=${SEED}, run ${run}: ${text}`
    try {
      const rules = parseRules('rules.yml', text)
      const made = applyRules(rules, ask)
      const held = made.list.map(({ productId }) => ask.products.get(productId))
      assert.ok(held.every(product => product !== undefined))
      for (const check of CHECKS) check({ written, ask, made, held })
      if (checkLooked(rules, ask, made)) seen.notLooked++
      const again = run % 10 === 0 ? parseRules('rules.yml', text) : rules
      assert.deepEqual(applyRules(again, ask), made, 'a repeat is the same')
      if (rules.experiment) assert.ok(groupOf(ask.seed, rules.experiment) in rules.experiment.groups)
      seen[made.list.length < ask.limit ? 'short' : 'full']++
      for (const { kind } of made.list) if (kind !== 'ranked') seen[kind]++
      seen.pinsLeftOut += made.warnings.filter(warning => warning.startsWith('pinned ')).length
    } catch (error) {
      throw new Error(story(), { cause: error })
    }
  }
  for (const [what, count] of Object.entries(seen)) assert.ok(count > RUNS / 20, `${what}: ${count}`)
})

test('random damage to a file is refused with its line, or gives rules that can be applied; nothing else is thrown', () => {
  const random = makeRandom(SEED)
  const below = (end: number) => Math.floor(random() * end)
  let refused = 0
  for (let run = 0; run < 2000; run++) {
    const { text } = makeRules(random, TODAY)
    const at = below(text.length)
    const broken =
      text.slice(0, at) +
      [':', '\n', '[', '0', 'x', '"', '-', ' ', ''][below(9)] +
      text.slice(at + 1 + below(3))
    try {
      const { list } = applyRules(parseRules('rules.yml', broken), makeAsk(random, TODAY))
      assert.ok(list.every(({ score }) => Number.isFinite(score)))
    } catch (error) {
      assert.ok(error instanceof ConfigError, `SEED=${SEED}, run ${run}: ${broken}\n${error}`)
      assert.match(error.message, /^rules\.yml: line \d+/)
      refused++
    }
  }
  assert.ok(refused > 200, `${refused}`)
})
