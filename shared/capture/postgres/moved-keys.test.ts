import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SourceTable } from '../../config/index.ts'
import type { RawChange, RawRow } from '../admission.ts'
import { parseSource } from '../sources.ts'
import { makeMovedKeys } from './moved-keys.ts'

const [TABLE] = parseSource(
  'shop.yml',
  `connection: shop
capture: postgres
timeZone: UTC
tables:
  place:
    entity: product
    key: [id]
    columns:
      id: { type: int, as: product_id }
      name: { type: string, as: name }
      note: { type: string, as: note }
`,
).tables as [SourceTable]

type Values = { id: string; name?: string | undefined; note?: string }
const row = (values: Values): RawRow<string> => new Map(Object.entries(values))
function change(op: RawChange['op'], before?: Values, after?: Values): RawChange {
  const given = { before: before && row(before), after: after && row(after) }
  return { table: TABLE, op, ...given, position: '', changedAt: '' }
}
/** What is left of each change in turn, and whose key is unsure. */
function follow(...changes: RawChange[]) {
  const moved = makeMovedKeys()
  return changes.map(one => {
    const { change: left, unsure } = moved.follow(one)
    return {
      left: left && [
        left.op,
        left.before && Object.fromEntries(left.before),
        left.after && Object.fromEntries(left.after),
      ],
      unsure: unsure?.get('id'),
    }
  })
}

const A = { id: '1', name: 'a' }
const B = { id: '2', name: 'b' }

test('changes that move no key pass as they are', () => {
  const renamed = { id: '1', name: 'c' }
  assert.deepEqual(follow(change('c', undefined, B), change('u', A, renamed), change('d', renamed)), [
    { left: ['c', undefined, B], unsure: undefined },
    { left: ['u', A, renamed], unsure: undefined },
    // This transaction had given the row its key: another may have had it before.
    { left: ['d', renamed, undefined], unsure: '1' },
  ])
})

test('of two rows that exchange their keys none is deleted', () => {
  assert.deepEqual(follow(change('u', A, { id: '2', name: 'a' }), change('u', B, { id: '1', name: 'b' })), [
    { left: ['u', A, { id: '2', name: 'a' }], unsure: undefined },
    // Key 2 is the other row's by now: only the new row is told.
    { left: ['c', undefined, { id: '1', name: 'b' }], unsure: undefined },
  ])
})

test('the deletion of a row whose key another has by now deletes nothing', () => {
  assert.deepEqual(follow(change('u', A, { id: '2', name: 'a' }), change('d', B)).at(-1), {
    left: undefined,
    unsure: undefined,
  })
})

test('the row that a deletion means is the one with its values, of those that have the key', () => {
  const [, , deleted, again] = follow(
    change('c', undefined, A),
    change('c', undefined, { id: '1', name: 'other' }),
    change('d', A),
    change('d', { id: '1', name: 'other' }),
  )
  assert.deepEqual(deleted, { left: undefined, unsure: '1' })
  assert.deepEqual(again, { left: ['d', { id: '1', name: 'other' }, undefined], unsure: '1' })
})

test('a value that was not sent again is of the row as it was', () => {
  const [, moved] = follow(
    change('u', A, { id: '2', name: 'a' }),
    change('u', { ...B, note: 'long' }, { id: '3', name: undefined, note: 'new' }),
  )
  assert.deepEqual(moved?.left, ['c', undefined, { id: '3', name: 'b', note: 'new' }])
})

test('a truncation and the end of the transaction leave no key given', () => {
  const moved = makeMovedKeys()
  for (const forget of [() => moved.clear(), () => moved.follow(change('t'))]) {
    moved.follow(change('c', undefined, B))
    forget()
    assert.equal(moved.follow(change('d', B)).unsure, undefined)
  }
})
