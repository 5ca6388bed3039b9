import { setTimeout as sleep } from 'node:timers/promises'
import { SecretUrl } from '../../shared/config/index.ts'
import { startJobRunner } from '../../shared/jobs/index.ts'
import { makeLeases, openStore } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'

/** A process that runs jobs of count-slowly, and writes down when: what kills of it must not show. */
const [url = '', owner = ''] = process.argv.slice(2)
const store = openStore(new SecretUrl(url), { applicationName: `job-process-${owner}` })
const BEAT_MS = 20

startJobRunner({
  store,
  leases: makeLeases(store, owner),
  log: makeLogger({ level: 'silent' }),
  functions: [
    {
      name: 'count-slowly',
      maxAttempts: Number.POSITIVE_INFINITY,
      async perform({ id, attempts, input }, { signal, report }) {
        const ms = Number((input as { ms: number }).ms)
        for (let done = 0; done < ms && !signal.aborted; done += BEAT_MS) {
          await store.query('insert into beats (job, attempt, process) values ($1, $2, $3)', [
            id,
            attempts,
            owner,
          ])
          report(done / ms, `${done} of ${ms} ms`)
          await sleep(BEAT_MS)
        }
        return { isDone: true, result: attempts }
      },
    },
  ],
})
