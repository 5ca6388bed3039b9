import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'
import { FailedError } from '../../../shared/errors/index.ts'
import { objectSchema } from '../../../shared/events/index.ts'
import { makeLeases, underLease } from '../../../shared/store/index.ts'
import { findDbtProject } from '../../../shared/warehouse/index.ts'
import { tellBroken, tellOf } from './alerts.ts'
import { judge, recordProblem, recordRun, stateOf } from './record.ts'
import { readContext, runChecks } from './run-checks.ts'

/** Called by hand without a field, or with the announcement of a build. */
const input = objectSchema.partial()

const output = z.object({
  state: z.enum(['passed', 'warned', 'failed']).describe('failed: the build is not published'),
  builtAt: z.string().describe('The build that was checked'),
  checks: z.number(),
  failed: z
    .array(
      z.object({
        check: z.string(),
        model: z.string(),
        severity: z.enum(['critical', 'warning']),
        observed: z.string(),
        failing: z.number(),
        keys: z.array(z.record(z.string(), z.unknown())).describe('The first rows, by keys and dates'),
      }),
    )
    .describe('Checks that did not pass and are not silenced'),
  silenced: z.array(z.string()).describe('Checks that did not pass and are silenced'),
  tookMs: z.number(),
})

/** Its holder checks. */
const LEASE = 'check-quality'
/** The object that announces a build which may be published. */
const ANNOUNCEMENT = 'checks/warehouse.json'

/**
 * Checks the finished build by the suites beside the models, and says so in the store. A build that passes, or has
 * warnings only, is announced to publish-marts. A repeat checks again what is then the finished build.
 */
export default defineFunction({
  name: 'check-quality',
  summary: 'Checks the build by the suites beside the models; what fails is not published',
  access: 'internal',
  uses: ['store', 'objects', 'warehouse', 'alerts'] as const,
  python: ['quality'],
  input,
  output,
  job: { repeat: 'a repeat checks again what is then the finished build' },
  timeoutMs: 10 * 60_000,

  init({ resources }) {
    return {
      projectDir: findDbtProject(import.meta.dirname),
      leases: makeLeases(resources.store, randomUUID()),
    }
  },

  async handle(_, { state, resources, signal: ownSignal, report, log }) {
    const { store, objects, warehouse, alerts } = resources
    return await underLease(state.leases, LEASE, ownSignal, async lease => {
      const startedAt = new Date()
      const signal = AbortSignal.any([ownSignal, lease.signal])
      const target = await warehouse.finished()
      const { projectDir } = state
      const request = { projectDir, target, ...(await readContext(store.query)) }
      const { results, ...build } = await runChecks(request, { report, signal, log }).catch(async error => {
        if (error instanceof FailedError) {
          const { builtAt, changedAt } = await warehouse.read(async reader => reader.build)
          await recordProblem(store, { builtAt, changedAt, startedAt }, error.message)
          await tellBroken(alerts, error.message, log)
        }
        throw error
      })
      const judged = await judge(store.query, results)
      await recordRun(store, { ...build, startedAt }, judged)
      await tellOf(alerts, judged, log)
      const verdict = stateOf(judged)
      if (verdict !== 'failed')
        await objects.put(ANNOUNCEMENT, Buffer.from(JSON.stringify({ builtAt: build.builtAt })))
      const failed = judged.filter(result => result.state === 'failed')
      if (failed.length > 0)
        log[verdict === 'failed' ? 'error' : 'warn'](
          { checks: failed.map(({ check, observed }) => ({ check, observed })) },
          verdict === 'failed' ? 'checks failed, and the build is not published' : 'checks have warnings',
        )
      return {
        state: verdict,
        builtAt: build.builtAt,
        checks: judged.length,
        failed,
        silenced: judged.filter(result => result.state === 'silenced').map(({ check }) => check),
        tookMs: Date.now() - startedAt.getTime(),
      }
    })
  },
})
