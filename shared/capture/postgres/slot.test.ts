import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findOtherLog } from './slot.ts'

const KNOWN = { server: { system: '7001', timeline: 2 }, confirmedLsn: 0x500n }
const SAME = { system: '7001', timeline: 2, end: 0x500n }
/** Timeline 1 was left at 0/300, 2 at 0/600. */
const HISTORY = '1\t0/300\tno recovery target specified\n\n2\t0/600\tbefore 2026-11-26\n'

const isOther = (is: object, known: object = {}, history = HISTORY) =>
  findOtherLog({ ...KNOWN, ...known }, { ...SAME, ...is }, async () => history)

test('a log that goes on from what was read is the same one', async () => {
  assert.equal(await isOther({}), undefined)
  assert.equal(await isOther({ end: 0x900n }), undefined)
  assert.equal(await isOther({ timeline: 3, end: 0x900n }), undefined, 'left behind what was read')
  assert.equal(
    await isOther({ timeline: 3, end: 0x900n }, { confirmedLsn: 0x600n }),
    undefined,
    'and just there',
  )
  assert.equal(
    await isOther({ system: '9', timeline: 9 }, { server: undefined }),
    undefined,
    'nothing is known yet',
  )
})

test('a log that is another says which way', async () => {
  assert.match((await isOther({ end: 0x4ffn })) ?? '', /ends before the position that was read/)
  assert.match((await isOther({ system: '7002' })) ?? '', /not the database cluster that was read/)
  const beyond = { confirmedLsn: 0x601n }
  assert.match(
    (await isOther({ timeline: 3, end: 0x900n }, beyond)) ?? '',
    /continued from an older position/,
  )
  assert.match(
    (await isOther({ timeline: 3 }, {}, '1\t0/300\tx\n')) ?? '',
    /continued from an older position/,
  )
  assert.match((await isOther({ timeline: 3 }, {}, '')) ?? '', /continued from an older position/)
})
