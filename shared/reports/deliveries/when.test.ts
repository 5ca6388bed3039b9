import assert from 'node:assert/strict'
import { test } from 'node:test'
import { daysOfPeriod } from './period.ts'
import { dateIn, dueTimes, isTimeZone, nextDue, toCron } from './when.ts'

test('a time is words or a cron pattern', () => {
  const read: [string, string | undefined][] = [
    ['daily 07:30', '30 7 * * *'],
    ['Weekly MONDAY 7:05', '5 7 * * 1'],
    ['monthly 1 07:30', '30 7 1 * *'],
    ['monthly last 23:59', '59 23 L * *'],
    ['30 7 * * 1-5', '30 7 * * 1-5'],
    ['daily 24:00', undefined],
    ['daily 7:60', undefined],
    ['weekly Montag 07:30', undefined],
    ['monthly 29 07:30', undefined],
    ['monthly 0 07:30', undefined],
    ['0 30 7 * * 1', undefined],
    ['30 25 * * *', undefined],
    ['0 0 30 2 *', undefined],
    ['', undefined],
  ]
  for (const [when, cron] of read) assert.equal(toCron(when), cron, when)
})

test('a time zone is a name, not an offset', () => {
  for (const name of ['Europe/Berlin', 'UTC', 'Asia/Kolkata']) assert.ok(isTimeZone(name), name)
  for (const name of ['+02:00', 'Europe/Bonn', '', 'CEST?']) assert.ok(!isTimeZone(name), name)
})

/** All due times of some days, as a run every five minutes finds them. */
function collect(cron: string, timeZone: string, from: string, to: string): string[] {
  const found: string[] = []
  let after = new Date(from)
  for (let now = Date.parse(from); now <= Date.parse(to); now += 300_000)
    for (const due of dueTimes({ cron, timeZone }, after, new Date(now)).reverse()) {
      found.push(due.toISOString())
      after = due
    }
  return found
}

test('a time that the clocks leave out is due at the next that there is, once', () => {
  assert.deepEqual(collect('30 2 * * *', 'Europe/Berlin', '2026-03-28T20:00:00Z', '2026-03-30T06:00:00Z'), [
    '2026-03-29T01:00:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ])
  assert.deepEqual(collect('0 0 * * *', 'America/Santiago', '2026-09-06T01:00:00Z', '2026-09-06T12:00:00Z'), [
    '2026-09-06T04:00:00.000Z',
  ])
})

test('a time that comes twice is due once', () => {
  assert.deepEqual(collect('30 2 * * *', 'Europe/Berlin', '2026-10-24T20:00:00Z', '2026-10-26T06:00:00Z'), [
    '2026-10-25T00:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ])
})

test('due is up to this very moment, the latest first, and no more than twenty', () => {
  const daily = { cron: '30 7 * * *', timeZone: 'UTC' }
  const at = (text: string) => new Date(text)
  const due = (after: string, now: string) =>
    dueTimes(daily, at(after), at(now)).map(each => each.toISOString())
  assert.deepEqual(due('2026-05-01T07:30:00Z', '2026-05-02T07:29:59.999Z'), [])
  assert.deepEqual(due('2026-05-01T07:30:00Z', '2026-05-02T07:30:00Z'), ['2026-05-02T07:30:00.000Z'])
  assert.deepEqual(due('2026-05-02T07:30:00Z', '2026-05-02T07:30:00Z'), [])
  const long = due('2025-05-01T00:00:00Z', '2026-05-02T08:00:00Z')
  assert.equal(long.length, 20)
  assert.equal(long[0], '2026-05-02T07:30:00.000Z')
  assert.equal(nextDue(daily, at('2026-05-02T07:30:00Z'))?.toISOString(), '2026-05-03T07:30:00.000Z')
})

test('a date is that of the time zone', () => {
  const at = new Date('2026-03-31T22:30:00Z')
  assert.deepEqual(
    ['UTC', 'Europe/Berlin', 'America/New_York'].map(zone => dateIn(zone, at)),
    ['2026-03-31', '2026-04-01', '2026-03-31'],
  )
})

test('a period is whole days before the date', () => {
  const days = (name: Parameters<typeof daysOfPeriod>[0], today: string) => {
    const { from, to } = daysOfPeriod(name, today)
    return `${from} ${to}`
  }
  assert.equal(days('yesterday', '2026-03-01'), '2026-02-28 2026-02-28')
  assert.equal(days('last week', '2026-11-30'), '2026-11-23 2026-11-29', 'on a Monday')
  assert.equal(days('last week', '2026-11-29'), '2026-11-16 2026-11-22', 'on a Sunday')
  assert.equal(days('last month', '2028-03-31'), '2028-02-01 2028-02-29')
  assert.equal(days('last month', '2026-01-01'), '2025-12-01 2025-12-31')
  assert.equal(days('month to date', '2026-11-17'), '2026-11-01 2026-11-16')
  assert.equal(days('month to date', '2026-11-01'), '2026-10-01 2026-10-31')
})
