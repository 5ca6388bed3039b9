import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeRandom } from '../../../stacks/demo/random.ts'
import { addOrdinals, type Position } from '../../bus/index.ts'
import { ORDINALS_PER_CHANGE } from '../admission.ts'
import type { ColumnFacts } from './catalog.ts'
import { BrokenChangesError, makeFollower, type SqlServerChange } from './follower.ts'
import { type Lsn, lsnBytes } from './lsn.ts'
import type { Cells, Session } from './session.ts'

type Random = ReturnType<typeof makeRandom>

/** A row of a change table. */
type Entry = { lsn: Lsn; command: number; seqval: Lsn; operation: number; values: unknown[] }

const byPlace = (a: Entry, b: Entry) =>
  Number(a.lsn - b.lsn) || a.command - b.command || Number(a.seqval - b.seqval) || a.operation - b.operation

/** What statements make of a row: an update is a pair, a deferred one a delete and an insert, each with one sequence value. */
const KINDS = [[1], [2], [3, 4], [3, 4], [1, 2]]

/** A change table of some transactions, large ones among them. */
function makeEntries(random: Random): Entry[] {
  const below = (count: number) => Math.floor(random() * count)
  const entries: Entry[] = []
  let version = 0
  for (let lsn = 100n; lsn < 110n + BigInt(below(20)); lsn += BigInt(1 + below(3))) {
    const isDisordered = random() < 0.3
    const statements = 1 + below(4)
    let seqval = lsn * 1000n
    for (let command = 1; command <= statements; command++) {
      if (isDisordered) seqval -= 100n
      for (let i = random() < 0.1 ? below(40) : below(4); i >= 0; i--) {
        seqval += 1n
        for (const operation of KINDS[below(KINDS.length)] ?? [])
          entries.push({ lsn, command, seqval, operation, values: [below(9), `v${++version}`] })
      }
    }
  }
  return entries.sort(byPlace)
}

/** Answers as a server does whose change table has these rows. */
function serve(entries: Entry[]): Session {
  return {
    async query(_, parameters = {}) {
      const lsnOf = (name: string) => (parameters[name] as { lsn: Lsn } | undefined)?.lsn
      const intOf = (name: string) => (parameters[name] as { int: number } | undefined)?.int ?? 0
      const to = lsnOf('to') ?? 0n
      const reached = lsnOf('reached')
      const place = { lsn: lsnOf('lsn') ?? 0n, command: intOf('command'), seqval: lsnOf('seqval') ?? 0n }
      const isAfter = (entry: Entry) =>
        reached === undefined
          ? byPlace(entry, { ...place, operation: intOf('operation'), values: [] }) > 0
          : entry.lsn > reached
      const rows = entries.filter(entry => isAfter(entry) && entry.lsn <= to).slice(0, intOf('limit'))
      return rows.map(({ lsn, command, seqval, operation, values }): Cells => {
        const endTime = new Date(Number(lsn) * 1000)
        return [lsnBytes(lsn), command, lsnBytes(seqval), operation, endTime, Buffer.of(3), ...values]
      })
    },
    close: async () => {},
  }
}

const column = (id: number, name: string, typeName: string): ColumnFacts => ({
  ...{ id, name, typeName, maxLength: 100, precision: 0, scale: 0, isNullable: id > 1 },
  ...{ isComputed: false, isColumnSet: false, collation: undefined, mayRead: true },
})
const open = (reached: Lsn, last?: Position, mostChanges?: number) =>
  makeFollower({
    table: { name: 'Item', topic: 'cdc.shop.Item' } as Parameters<typeof makeFollower>[0]['table'],
    columns: [column(1, 'ItemID', 'int'), column(2, 'Name', 'nvarchar')],
    instance: {
      ...{ name: 'dbo_Item', objectId: 1, startLsn: 0n, allowsSwitch: false, ddlLsn: 0n },
      columns: new Map([
        [1, 1],
        [2, 2],
      ]),
    },
    reached,
    last,
    epochAt: () => 1,
    clock: { zone: 'UTC', toInstant: local => local },
    ...(mostChanges !== undefined && { mostChanges }),
  })

/** Reads all in pieces, up to a place that moves on, and begins anew now and then where the last piece was written. */
async function readInPieces(session: Session, end: Lsn, random: Random): Promise<SqlServerChange[]> {
  const below = (count: number) => Math.floor(random() * count)
  const most = 1 + below(9)
  const told: SqlServerChange[] = []
  let last: Position | undefined
  let to = 95n
  let follower = open(90n, last, most)
  while (to < end || follower.isBehind(end)) {
    if (!follower.isBehind(to)) to += BigInt(1 + below(6))
    const changes = await follower.next(session, to < end ? to : end)
    told.push(...changes)
    const written = changes.at(-1)?.position
    if (written !== undefined) last = addOrdinals(written, ORDINALS_PER_CHANGE - 1)
    if (random() < 0.2) follower = open(follower.at().reached, last, 1 + below(9))
  }
  return told
}

test('changes that are read in pieces, with restarts between them, are those that are read at once, with their positions', async () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = makeRandom(seed)
    const entries = makeEntries(random)
    const session = serve(entries)
    const end = (entries.at(-1)?.lsn ?? 100n) + 5n
    const atOnce = await open(90n).next(session, end)
    assert.equal(atOnce.length, entries.filter(({ operation }) => operation !== 3).length)
    assert.deepEqual(await readInPieces(session, end, random), atOnce, `seed ${seed}`)
  }
})

test('of an update of which a half is missing nothing is told', async () => {
  const entry = (operation: number, command: number): Entry => ({
    ...{ lsn: 100n, command, seqval: 1n, operation },
    values: [1, 'a'],
  })
  const read = (...entries: Entry[]) => open(90n).next(serve(entries), 200n)
  await assert.rejects(read(entry(3, 1)), BrokenChangesError)
  await assert.rejects(read(entry(3, 1), entry(2, 2)), BrokenChangesError)
  await assert.rejects(read(entry(5, 1)), BrokenChangesError)
})
