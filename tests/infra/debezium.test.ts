import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runKills } from '../faults/kills.ts'
import { type DataCentreOptions, makeDataCentre } from './data-centre.ts'

const SEED = Number(process.env.SEED ?? 20260103)
const CHANGES = Number(process.env.CHANGES ?? 4000)

const LAKES: { what: string; objects?: DataCentreOptions['objects'] }[] = [
  { what: 'files' },
  { what: 'MinIO, which is killed too', objects: 'minio' },
  { what: 'Versity Gateway, which is killed too', objects: 'versity' },
]

for (const { what, ...lake } of LAKES)
  test(`through Debezium and Kafka nothing is lost or doubled, whoever is killed: a lake in ${what} (SEED=${SEED})`, {
    timeout: 300_000,
  }, async t => {
    const { equality, indexDifferences, changed, killed } = await runKills({
      seed: SEED,
      changes: CHANGES,
      rate: 100,
      kills: Number(process.env.KILLS ?? 8),
      fleet: () => makeDataCentre({ days: 20, ...lake }),
      log: line => t.diagnostic(line),
    })
    assert.deepEqual(equality.differences, [])
    assert.deepEqual(indexDifferences, [])
    assert.ok(changed >= CHANGES && Object.keys(killed).length > 0)
  })
