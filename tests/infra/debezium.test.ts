import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runKills } from '../faults/kills.ts'
import { makeDataCentre } from './data-centre.ts'

const SEED = Number(process.env.SEED ?? 20260103)

test(`through Debezium and Kafka nothing is lost or doubled, whoever is killed (SEED=${SEED})`, {
  timeout: 400_000,
}, async () => {
  const { equality, indexDifferences, changed, killed } = await runKills({
    seed: SEED,
    changes: Number(process.env.CHANGES ?? 6000),
    rate: 100,
    kills: Number(process.env.KILLS ?? 8),
    fleet: () => makeDataCentre({ days: 20 }),
    log: line => console.log(line),
  })
  assert.deepEqual(equality.differences, [])
  assert.deepEqual(indexDifferences, [])
  assert.ok(changed >= 5000 && Object.keys(killed).length > 0)
})
