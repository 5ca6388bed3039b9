import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'
import { makeLeases, underLease } from '../../../shared/store/index.ts'
import {
  findDbtProject,
  lakeAccess,
  lakeFolder,
  makeSystemVars,
  objectsUrl,
} from '../../../shared/warehouse/index.ts'
import { tellingOf } from './alerts.ts'
import { leastCovered, readCoverage } from './coverage.ts'
import { pinSystems, tablesToRegister, versionsOf } from './pin.ts'
import { writeProjectState } from './project-state.ts'
import { recordTimes } from './record-times.ts'
import { dbtResult, runDbt } from './run-dbt.ts'
import { toFlow } from './to-flow.ts'

/**
 * Builds the warehouse from the lake with dbt, in a new place (a DuckDB file, or a schema in Trino) that becomes
 * current when every model is built and every test has passed: a failed build leaves yesterday's. A repeat builds again from what the lake
 * then holds. One build at a time: a second one waits for the first.
 */
const input = z.strictObject({
  threads: z.number().int().min(1).max(16).default(2).describe('Models and tests that run at once'),
})

const output = z.object({
  versions: z.record(z.string(), z.number()).describe('Delta version read, by <system>.<table>'),
  ...dbtResult.omit({ took: true }).shape,
  slowest: dbtResult.shape.took.describe('The models and tests that took longest'),
  covered: z
    .object({ changedAt: z.string(), position: z.string() })
    .nullable()
    .describe('The warehouse holds every change up to this one; null if that is unknown'),
  tookMs: z.number(),
})

/** The object that announces the latest build. */
const ANNOUNCEMENT = 'builds/warehouse.json'
/** Its holder builds. */
const LEASE = 'build-warehouse'

export default defineFunction({
  name: 'build-warehouse',
  summary: 'Builds the warehouse from the lake with dbt, and tests it',
  access: 'internal',
  uses: ['store', 'objects', 'sources', 'warehouse', 'alerts'] as const,
  python: ['warehouse', 'trino'],
  input,
  output,
  job: { repeat: 'a repeat builds again from what the lake then holds, into a new place' },
  timeoutMs: 30 * 60_000,

  init({ resources }) {
    return {
      projectDir: findDbtProject(import.meta.dirname),
      leases: makeLeases(resources.store, randomUUID()),
    }
  },

  async handle({ threads }, { state, resources, settings, signal, report, log, lineage }) {
    const startedAt = performance.now()
    const { store, objects, sources, warehouse, alerts } = resources
    return await underLease(state.leases, LEASE, signal, async lease => {
      const coverage = await readCoverage(store, sources)
      const covered = leastCovered(coverage, sources)
      const { target, replace } = await warehouse.beginBuild()
      const { registerTables, stateFolder } = warehouse
      const declared = makeSystemVars(sources)
      const locate = (folder: string) => lakeFolder(settings, folder)
      const lake = { objects, locate, stamps: registerTables !== undefined }
      const pinned = await pinSystems(lake, declared, coverage)
      const versions = versionsOf(pinned)
      await registerTables?.(tablesToRegister(pinned, objectsUrl(settings)))
      const systems = { declared, pinned }
      await writeProjectState(stateFolder, systems)
      const request = {
        projectDir: state.projectDir,
        stateDir: stateFolder,
        systems,
        reportingCurrency: settings.REPORTING_CURRENCY ?? '',
        target,
        threads,
        s3: await lakeAccess(settings),
        covered,
        versions,
      }
      const options = {
        group: warehouse.python,
        report,
        signal: AbortSignal.any([signal, lease.signal]),
        log,
      }
      const {
        built: { took, ...built },
        models,
      } = await tellingOf(alerts, log, runDbt(request, options))
      // If the lease was lost, a newer build may already be current.
      lease.signal.throwIfAborted()
      await replace()
      lineage({}, ...models.map(model => toFlow(model, versions)))
      // A build is announced (to check-quality) only once it is current.
      await objects.put(ANNOUNCEMENT, Buffer.from(JSON.stringify({ covered, versions })))
      if (built.warnings.length > 0)
        log.warn(
          { tests: built.warnings, setAside: built.setAside },
          'these tests found unexpected rows in the source',
        )
      const slowest = await recordTimes(store, took)
      return { ...built, slowest, versions, covered, tookMs: Math.round(performance.now() - startedAt) }
    })
  },
})
