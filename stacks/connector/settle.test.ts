import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PartitionBatch } from '../../shared/bus/index.ts'
import { recordAt } from '../../tests/support/consumer.ts'
import { settle, takeFirst } from './settle.ts'

function batchOf(partition: number, first: number, count: number): PartitionBatch {
  const records = Array.from({ length: count }, (_, i) => recordAt(BigInt(first + i), partition))
  return { cursor: { partition, nextOffset: BigInt(first) }, records }
}

const answer = (batch: PartitionBatch, ...statuses: ('done' | 'skipped' | 'parked' | 'retry' | 'held')[]) =>
  statuses.map((status, i) => ({
    id: batch.records[i]?.id ?? '',
    status,
    reason: 'because',
  }))
const moved = ({ moves }: ReturnType<typeof settle>) =>
  moves.map(({ from, nextOffset }) => [from.partition, nextOffset])

test('a partition moves past what is done, skipped or parked', () => {
  const batch = batchOf(0, 5, 3)
  const settlement = settle([batch], answer(batch, 'done', 'skipped', 'parked'))
  assert.deepEqual(moved(settlement), [[0, 8n]])
  assert.deepEqual(
    settlement.parked.map(({ record, reason }) => [record.offset, reason]),
    [[7n, 'because']],
  )
  assert.deepEqual(settlement.blocked, [])
})

test('it stops at the first event that comes again, whatever was done behind it', () => {
  for (const status of ['retry', 'held'] as const) {
    const batch = batchOf(0, 0, 4)
    const settlement = settle([batch], answer(batch, 'done', status, 'done', 'parked'))
    assert.deepEqual(moved(settlement), [[0, 1n]])
    assert.deepEqual(
      settlement.blocked.map(({ record }) => record.offset),
      [1n],
    )
    assert.deepEqual(settlement.parked, [], 'what lies behind is parked when it is reached')
  }
})

test('an event without an answer is one to come again', () => {
  const batch = batchOf(0, 0, 2)
  const settlement = settle([batch], answer(batch, 'done'))
  assert.deepEqual(moved(settlement), [[0, 1n]])
  assert.equal(settlement.blocked[0]?.reason, 'no_answer')
})

test('partitions move on their own', () => {
  const [a, b, c] = [batchOf(0, 0, 2), batchOf(1, 10, 2), batchOf(2, 20, 0)]
  const settlement = settle([a, b, c], [...answer(a, 'retry'), ...answer(b, 'done', 'done')])
  assert.deepEqual(moved(settlement), [[1, 12n]])
})

test('a smaller batch takes whole prefixes of the partitions, in order', () => {
  const taken = takeFirst([batchOf(0, 0, 2), batchOf(1, 0, 5)], 3)
  assert.deepEqual(
    taken.map(({ records }) => records.length),
    [2, 1],
  )
  assert.equal(taken[1]?.records[0]?.offset, 0n)
})
