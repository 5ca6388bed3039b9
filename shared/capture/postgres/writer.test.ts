import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makePosition, type Position } from '../../bus/index.ts'
import { parseSource } from '../sources.ts'
import type { Taken } from './collector.ts'
import { makeWriter } from './writer.ts'

const SOURCE = parseSource(
  'shop.yml',
  `connection: shop
capture: postgres
timeZone: UTC
tables:
  item:
    entity: product
    key: [id]
    columns:
      id: { type: int, as: product_id }
`,
)

test('a moment at the source is said to be complete once everything before it is on the bus, and not sooner', async t => {
  const said: Position[] = []
  let confirmed = 0n
  let reachedLsn = 0x10n
  const writer = makeWriter({
    source: SOURCE,
    store: { transaction: (work: (transaction: object) => unknown) => work({ query: async () => [{}] }) },
    bus: {
      append: async () => {},
      heartbeat: async (_: unknown, __: unknown, position: Position) => said.push(position),
    },
    vault: { keysOf: async () => new Map() },
    lease: { name: 'capture', fencing: 1 },
    collector: {
      next: (): Partial<Taken> => ({ entries: [], reachedLsn }),
      waiting: () => 0,
    },
    progress: { reading: {}, tables: {}, epochs: [{ epoch: 1, from: 0n }] },
    onWritten: (lsn: bigint) => {
      confirmed = lsn
    },
  } as never)
  writer.mark({ lsn: 0x20n, at: new Date() })
  writer.wake()
  await new Promise(resolve => setTimeout(resolve, 50))
  assert.deepEqual([said, confirmed], [[], 0n])
  reachedLsn = 0x20n
  writer.wake()
  await t.waitFor(() => assert.deepEqual([said, confirmed], [[makePosition(1, 0x20n, 0)], 0x20n]))
  writer.wake()
  await writer.close()
  assert.equal(said.length, 1, 'once')
})
