import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toJsonBatch } from './encoded.ts'
import { makeToRecord } from './kafka-record.ts'
import { makePosition } from './position.ts'
import { type BusRecord, toJson } from './record.ts'

const TOPIC = { id: 1, name: 'cdc.shop.Product', partitions: 2, busId: 'bus "one"' }

/** Records as a Kafka reader makes them, and the same with their values as text. */
function makeRecords(count: number, textOf: (n: number) => string) {
  const toRecord = makeToRecord(TOPIC)
  const records = Array.from({ length: count }, (_, n) =>
    toRecord(n % 2, BigInt(n), {
      offset: String(n),
      timestamp: 0,
      key: `clé ${n} "`,
      value: Buffer.from(textOf(n)),
      type: 'cordage.change.v1',
      position: makePosition(1, BigInt(n), 0),
      time: '2026-01-01T00:00:00.123456Z',
    }),
  )
  const plain = records.map(
    ({ encoded: _, bytes: __, ...record }, n): BusRecord => ({
      ...record,
      value: textOf(n),
    }),
  )
  return { records, plain }
}
const text = (records: BusRecord[]) => Buffer.concat(toJsonBatch(records)).toString()

test('events go as they lie, in a few pieces, whichever of them are chosen', () => {
  const { records, plain } = makeRecords(3000, n => JSON.stringify({ n, name: 'é'.repeat(n % 400) }))
  assert.ok(toJsonBatch(records).length < 20)
  assert.equal(toJsonBatch(records)[1]?.buffer, records[0]?.encoded?.slab.buffer, 'nothing is copied')
  assert.deepEqual(
    records.map(({ value }) => value),
    plain.map(({ value }) => value),
  )
  const choices: ((n: number) => boolean)[] = [() => true, n => n % 2 === 0, n => n > 2000, () => false]
  for (const isChosen of choices) {
    const [chosen, expected] = [records, plain].map(all => all.filter((_, n) => isChosen(n)))
    assert.equal(text(chosen ?? []), `[${expected?.map(toJson).join()}]`)
    assert.equal(text(expected ?? []), text(chosen ?? []))
  }
})

test('an event larger than a piece of memory is one by itself', () => {
  const { records } = makeRecords(3, n => JSON.stringify('x'.repeat(n === 1 ? 2_000_000 : 10)))
  assert.deepEqual(
    JSON.parse(text(records)).map(({ data }: { data: string }) => data.length),
    [10, 2_000_000, 10],
  )
})

test('a message without a value is an event without data', () => {
  const [event] = JSON.parse(text(makeRecords(1, () => 'null').records))
  assert.equal(event.data, null)
  const foreign = {
    offset: '0',
    timestamp: 0,
    key: null,
    type: undefined,
    position: undefined,
    time: undefined,
  }
  const [left] = JSON.parse(text([makeToRecord(TOPIC)(0, 0n, { ...foreign, value: null })]))
  assert.deepEqual([left.type, left.data], ['cordage.raw.v1', null])
})
