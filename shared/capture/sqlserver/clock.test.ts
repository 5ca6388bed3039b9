import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeClock } from './clock.ts'

const SUMMER = Date.parse('2026-07-01T12:00:00Z')
const WINTER = Date.parse('2026-12-01T12:00:00Z')
const local = (text: string) => new Date(`${text}Z`)

test("where the source's zone has the server's offset now, times of the other half of the year are right too", () => {
  const clock = makeClock({ timeZone: 'Europe/Berlin' }, 120, SUMMER)
  assert.equal(clock.zone, 'Europe/Berlin')
  assert.equal(clock.toInstant(local('2026-07-01T12:00:00.123')).toISOString(), '2026-07-01T10:00:00.123Z')
  assert.equal(clock.toInstant(local('2026-01-01T12:00:00')).toISOString(), '2026-01-01T11:00:00.000Z')
})

test('an hour that comes twice is the later one once the log has come that far', () => {
  const clock = makeClock({ timeZone: 'Europe/Berlin' }, 60, WINTER)
  const twice = local('2026-10-25T02:30:00')
  assert.equal(clock.toInstant(twice).toISOString(), '2026-10-25T00:30:00.000Z')
  assert.equal(
    clock.toInstant(twice, new Date('2026-10-25T00:59:00Z')).toISOString(),
    '2026-10-25T01:30:00.000Z',
  )
})

test('an hour that the clocks leave out is told nevertheless', () => {
  const clock = makeClock({ timeZone: 'Europe/Berlin' }, 60, WINTER)
  const instant = clock.toInstant(local('2026-03-29T02:30:00')).getTime()
  assert.ok(Math.abs(instant - Date.parse('2026-03-29T01:00:00Z')) <= 3_600_000)
})

test('a server in another zone is at its own offset, or in the zone that the source file names', () => {
  const fixed = makeClock({ timeZone: 'Europe/Berlin' }, 0, SUMMER)
  assert.equal(fixed.zone, 'UTC+0')
  assert.equal(fixed.toInstant(local('2026-07-01T12:00:00')).toISOString(), '2026-07-01T12:00:00.000Z')
  const india = makeClock({ timeZone: 'Europe/Berlin', serverTimeZone: 'Asia/Kolkata' }, 330, SUMMER)
  assert.equal(india.toInstant(local('2026-07-01T12:00:00')).toISOString(), '2026-07-01T06:30:00.000Z')
  const west = makeClock({ timeZone: 'Europe/Berlin' }, -210, SUMMER)
  assert.equal(west.zone, 'UTC-3.5')
  assert.equal(west.toInstant(local('2026-07-01T12:00:00')).toISOString(), '2026-07-01T15:30:00.000Z')
})
