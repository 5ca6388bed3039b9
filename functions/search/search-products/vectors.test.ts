import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rememberVectors } from './vectors.ts'

test('the vectors of a text are made once, by language, and again after a failure', async () => {
  const asked: string[] = []
  let isDown = false
  const embed = rememberVectors(async (text, isEnglish) => {
    asked.push(`${text}/${isEnglish}`)
    if (isDown) throw new Error('gone')
    return { multilingual: new Float32Array([text.length]) }
  })
  await embed('gloves', true)
  await Promise.all([embed('gloves', true), embed('gloves', false)])
  assert.deepEqual(asked, ['gloves/true', 'gloves/false'])
  isDown = true
  await assert.rejects(embed('helmet', true), /gone/)
  isDown = false
  await embed('helmet', true)
  assert.deepEqual(asked.slice(2), ['helmet/true', 'helmet/true'])
  for (let at = 0; at < 1000; at++) await embed(`query ${at}`, true)
  await embed('gloves', true)
  assert.equal(asked.at(-1), 'gloves/true', 'it was the oldest')
})
