import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runKills } from './kills.ts'

const SEED = Number(process.env.SEED ?? 20260101)

test(`every change is in the lake exactly once though the pipeline is killed again and again (SEED=${SEED})`, {
  timeout: 300_000,
}, async () => {
  const { changed, equality, indexDifferences } = await runKills({
    seed: SEED,
    changes: 2000,
    rate: 150,
    kills: 6,
  })
  assert.ok(changed >= 2000)
  assert.deepEqual(equality.differences, [])
  assert.deepEqual(indexDifferences, [])
  const landed = Object.values(equality.tables).reduce((sum, table) => sum + table.changes, 0)
  assert.ok(landed >= changed, `${landed} changes landed of ${changed}`)
})
