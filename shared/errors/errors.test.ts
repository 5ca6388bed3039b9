import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadInputError, ConfigError, describeError, isOutage, NotFoundError, OutageError } from './index.ts'

test('an error is described with its causes', () => {
  const error = new OutageError('store', 'cannot connect', {
    cause: new AggregateError([new Error('refused'), new Error('timed out')]),
  })
  assert.equal(describeError(error), 'store: cannot connect: refused; timed out')
  assert.equal(describeError('text'), 'text')
})

test('what trying again can help is an outage, also as a cause', () => {
  const coded = (code: string) => Object.assign(new Error('x'), { code })
  for (const error of [
    new OutageError('store', 'x'),
    coded('ECONNREFUSED'),
    coded('ENOSPC'),
    coded('08006'),
    coded('57P01'),
    coded('40P01'),
    coded('55P03'),
    new Error('Connection terminated unexpectedly'),
    new Error('x', { cause: coded('ECONNRESET') }),
  ])
    assert.equal(isOutage(error), true, describeError(error))
})

test('what is wrong stays wrong', () => {
  const coded = (code: string) => Object.assign(new Error('x'), { code })
  for (const error of [
    new BadInputError('x'),
    new NotFoundError('x'),
    new ConfigError('x'),
    new TypeError('x'),
    coded('42P01'),
    coded('23505'),
    coded('ENOENT'),
    'text',
    undefined,
  ])
    assert.equal(isOutage(error), false, describeError(error))
})
