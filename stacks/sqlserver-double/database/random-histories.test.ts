import assert from 'node:assert/strict'
import { test } from 'node:test'
import { itemsOf } from './append-only.ts'
import { type Database, makeDatabase } from './database.ts'
import type { Change } from './statement.ts'
import type { Statement } from './transaction.ts'

const HISTORIES = 150
const TRANSACTIONS = 25
const KEYS = 8

/** The same numbers for the same seed. */
function makeRandom(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
}
type Random = ReturnType<typeof makeRandom>

function makeShop(seed: number): Database {
  const database = makeDatabase({ name: 'shop', habits: { disordersSeqvals: seed % 2 === 0 } })
  database.ddl.createTable({
    name: 'item',
    columns: [
      { name: 'id', type: 'int' },
      { name: 'code', type: 'int' },
      { name: 'n', type: 'int' },
    ],
    primaryKey: ['id'],
    unique: [['code']],
  })
  database.enableCdc()
  database.enableTable({ table: 'item' })
  return database
}

/** A statement of one row or of several; it may fail on a key, and then the transaction is tried again with another. */
function makeStatement(random: Random, ids: number[]): Statement {
  const pick = () => ids[random(ids.length)] ?? 0
  const one = (id: number): Change => {
    switch (random(4)) {
      case 0:
        return { table: 'item', op: 'insert', row: { id: random(KEYS), code: random(99), n: 0 } }
      case 1:
        return { table: 'item', op: 'delete', key: { id } }
      case 2:
        return { table: 'item', op: 'update', key: { id }, row: { id: random(KEYS), n: random(9) } }
      default:
        return { table: 'item', op: 'update', key: { id }, row: { code: random(99), n: random(9) } }
    }
  }
  if (random(3) > 0) return one(pick())
  // The keys of all rows go one further.
  return { rows: ids.map(id => ({ table: 'item', op: 'update', key: { id }, row: { id: (id + 1) % KEYS } })) }
}

const idsOf = (database: Database) => database.rows('item').map(({ id }) => Number(id))

test('change tables, read in their order, make the rows again, whatever was done', () => {
  let committed = 0
  const operations = new Set<number>()
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const database = makeShop(seed)
    const random = makeRandom(seed)
    for (let i = 0; i < TRANSACTIONS; i++) {
      try {
        database.commit(Array.from({ length: 1 + random(3) }, () => makeStatement(random, idsOf(database))))
        committed += 1
      } catch (error) {
        if (!(error instanceof Error) || !/Violation|duplicate|has no row/.test(error.message)) throw error
      }
      if (random(4) === 0) database.scan({ maxTransactions: 1 + random(4) })
    }
    database.scan()
    const [instance] = database.state.cdc?.instances ?? []
    assert.ok(instance)
    const replayed = new Map<number, unknown>()
    for (const { operation, values } of itemsOf(instance.changes)) {
      operations.add(operation)
      const [id, code, n] = values
      if (operation === 1 || operation === 3)
        assert.deepEqual(
          replayed.get(Number(id)),
          { id, code, n },
          `history ${seed}: the old image is the row`,
        )
      if (operation === 1) replayed.delete(Number(id))
      else replayed.set(Number(id), { id, code, n })
    }
    const byId = (rows: Iterable<unknown>) =>
      [...rows].sort((a, b) => (a as { id: number }).id - (b as { id: number }).id)
    assert.deepEqual(byId(replayed.values()), byId(database.rows('item')), `history ${seed}`)
  }
  assert.ok(committed > HISTORIES * 5, `${committed} transactions`)
  assert.deepEqual([...operations].sort(), [1, 2, 3, 4])
})
