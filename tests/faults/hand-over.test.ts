import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runHandOver } from './kills.ts'

const SEED = Number(process.env.SEED ?? 20260102)

test(`a snapshot that is killed while its source changes leaves nothing out and nothing over (SEED=${SEED})`, {
  timeout: 300_000,
}, async () => {
  const { equality, indexDifferences, killedInSnapshot } = await runHandOver({
    seed: SEED,
    rate: 300,
    kills: 2,
  })
  assert.equal(killedInSnapshot, 2)
  assert.deepEqual(equality.differences, [])
  assert.deepEqual(indexDifferences, [])
})
