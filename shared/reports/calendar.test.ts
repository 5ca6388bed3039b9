import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays, daysBetween } from '../text/index.ts'
import { addMonths, isoWeek, previousOf, shift, toDay, unitAround, upTo, yearAgoOf } from './calendar.ts'

const span = (from: string, to: string) => ({ from, to })

test('units begin and end where the calendar has them, weeks on Monday', () => {
  assert.deepEqual(unitAround('2017-06-28', 'week'), span('2017-06-26', '2017-07-02'))
  assert.deepEqual(unitAround('2016-02-29', 'month'), span('2016-02-01', '2016-02-29'))
  assert.deepEqual(unitAround('2017-01-15', 'month', -1), span('2016-12-01', '2016-12-31'))
  assert.deepEqual(unitAround('2017-06-28', 'quarter', -2), span('2016-10-01', '2016-12-31'))
  assert.deepEqual(unitAround('2017-06-28', 'half'), span('2017-01-01', '2017-06-30'))
})

test('calendar weeks are those of ISO 8601, and a year has 52 or 53', () => {
  assert.deepEqual(isoWeek(2016, 1), span('2016-01-04', '2016-01-10'))
  assert.deepEqual(isoWeek(2015, 53), span('2015-12-28', '2016-01-03'))
  assert.equal(isoWeek(2016, 53), undefined)
  assert.equal(isoWeek(2016, 0), undefined)
})

test('a day that there is not is no day, and a month that is shorter has its last one', () => {
  assert.equal(toDay(2017, 2, 29), undefined)
  assert.equal(toDay(2016, 13, 1), undefined)
  assert.equal(addMonths('2017-03-31', -1), '2017-02-28')
  assert.equal(addMonths('2016-02-29', -12), '2015-02-28')
  assert.deepEqual(upTo('2017-05-31', 'month', 3), span('2017-03-01', '2017-05-31'))
})

test('whole months are compared with as many whole months, weeks with the same weekdays, a part with the same part', () => {
  assert.deepEqual(previousOf(span('2017-03-01', '2017-03-31')), span('2017-02-01', '2017-02-28'))
  assert.deepEqual(previousOf(span('2017-06-22', '2017-06-28')), span('2017-06-15', '2017-06-21'))
  assert.deepEqual(yearAgoOf(span('2017-02-01', '2017-02-28')), span('2016-02-01', '2016-02-29'))
  assert.deepEqual(yearAgoOf(span('2017-06-19', '2017-06-25')), span('2016-06-20', '2016-06-26'))
  assert.deepEqual(yearAgoOf(span('2017-01-01', '2017-06-28')), span('2016-01-01', '2016-06-28'))
  assert.deepEqual(shift(span('2017-06-01', '2017-06-28'), 'month', 1), span('2017-05-01', '2017-05-28'))
  assert.deepEqual(shift(span('2017-04-01', '2017-06-30'), 'quarter', 1), span('2017-01-01', '2017-03-31'))
})

test('every day of four years is in its units, and units follow each other', () => {
  for (let day = '2015-01-01'; day < '2019-01-01'; day = addDays(day, 1))
    for (const unit of ['week', 'month', 'quarter', 'half', 'year'] as const) {
      const { from, to } = unitAround(day, unit)
      assert.ok(from <= day && day <= to, `${unit} ${day}`)
      assert.equal(unitAround(day, unit, 1).from, addDays(to, 1))
      assert.equal(daysBetween(from, addDays(from, 3)), 3)
    }
})
