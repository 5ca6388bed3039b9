import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupOf } from './group-of.ts'

const clients = Array.from({ length: 10_000 }, (_, i) => `${11_000 + i}`)
const autumn = { name: 'autumn', groups: { model: 0.5, popular: 0.3, nothing: 0.2 } }

test('each group gets its share of the clients, within what chance allows', () => {
  for (const [group, share] of Object.entries(autumn.groups)) {
    const count = clients.filter(client => groupOf(client, autumn) === group).length
    const deviation = Math.sqrt(clients.length * share * (1 - share))
    assert.ok(Math.abs(count - clients.length * share) < 4 * deviation, `${group}: ${count}`)
  }
})

test('a client stays in the group, whatever order the groups have', () => {
  const turned = { name: 'autumn', groups: { nothing: 0.2, popular: 0.3, model: 0.5 } }
  for (const client of clients) assert.equal(groupOf(client, turned), groupOf(client, autumn))
  // Known values: others would mean that every running experiment starts anew.
  assert.deepEqual(
    ['11000', '11001', '11002', '11003'].map(client => groupOf(client, autumn)),
    ['nothing', 'model', 'model', 'model'],
  )
})

test('the groups of two experiments have nothing to do with each other', () => {
  const one = { name: 'one', groups: { a: 0.5, b: 0.5 } }
  const two = { name: 'two', groups: { a: 0.5, b: 0.5 } }
  const same = clients.filter(client => groupOf(client, one) === groupOf(client, two)).length
  assert.ok(Math.abs(same - 5000) < 200, `${same}`)
})

test('shares that add up to just less than 1 leave nobody without a group', () => {
  const thirds = { name: 'thirds', groups: { a: 0.3333, b: 0.3333, c: 0.3333 } }
  for (const client of clients) assert.ok(groupOf(client, thirds) in thirds.groups)
})
