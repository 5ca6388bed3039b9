import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runKills } from '../faults/kills.ts'
import { makeDataCentre } from './data-centre.ts'

const SEED = Number(process.env.SEED ?? 20260103)
const CHANGES = Number(process.env.CHANGES ?? 4000)

/** A lake in files is held to the same by takeover.test.ts, and without Kafka by tests/faults/kills.test.ts. */
const LAKES = { MinIO: 'minio', 'Versity Gateway': 'versity' } as const

for (const [what, objects] of Object.entries(LAKES))
  test(`through Debezium and Kafka nothing is lost or doubled, whoever is killed, ${what} included (SEED=${SEED})`, {
    timeout: 400_000,
  }, async t => {
    const { equality, indexDifferences, changed, killed } = await runKills({
      seed: SEED,
      changes: CHANGES,
      rate: 100,
      kills: Number(process.env.KILLS ?? 8),
      fleet: () => makeDataCentre({ days: 20, objects }),
      log: line => t.diagnostic(line),
    })
    assert.deepEqual(equality.differences, [])
    assert.deepEqual(indexDifferences, [])
    assert.ok(changed >= CHANGES && Object.keys(killed).length > 0)
  })
