import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Source } from '../../../shared/config/index.ts'
import { defineFunction } from '../../../shared/contract/index.ts'
import { BadInputError, ConfigError } from '../../../shared/errors/index.ts'
import { makeLeases, type Store, underLease } from '../../../shared/store/index.ts'
import {
  findUp,
  lakeAccess,
  lakeFolder,
  makeSystemVars,
  objectsUrl,
  runPythonJob,
} from '../../../shared/warehouse/index.ts'
import { registerLake } from './register.ts'

/**
 * Builds the warehouse from the lake with dbt, in a place of its own (a DuckDB file, or a schema in Trino) that becomes
 * everybody's when every model is built and every test has passed: a failed build leaves yesterday's. A repeat builds the same again from what the lake
 * holds then. One build at a time, whoever asks: a second one waits for the first.
 */
const input = z.strictObject({
  threads: z.number().int().min(1).max(16).default(2).describe('Models and tests that run at once'),
})

const output = z.object({
  versions: z.record(z.string(), z.number()).describe('Delta version read, by <system>.<table>'),
  models: z.number(),
  tests: z.number(),
  warnings: z.array(z.string()).describe('Tests that found something about the source, not about the models'),
  covered: z
    .object({ changedAt: z.string(), position: z.string() })
    .nullable()
    .describe(
      'The last change of which, and of all before it, the warehouse knows; null where that is not known',
    ),
  tookMs: z.number(),
})

const jobResult = output.omit({ covered: true, tookMs: true })

/** The group under which the connector reads the bus for land-changes. */
const LANDING_GROUP = 'land-changes'
/** The object that tells of the latest build. */
const ANNOUNCEMENT = 'builds/warehouse.json'
const PROJECT = 'dbt/dbt_project.yml'
/** Whoever holds it builds. */
const LEASE = 'build-warehouse'

export default defineFunction({
  name: 'build-warehouse',
  summary: 'Builds the warehouse from the lake with dbt, and tests it',
  access: 'internal',
  uses: ['store', 'objects', 'sources', 'warehouse'] as const,
  input,
  output,
  timeoutMs: 10 * 60_000,

  init({ resources }) {
    const project = findUp(PROJECT, import.meta.dirname)
    if (!project) throw new ConfigError(`${PROJECT} is not beside this function or above it`)
    return { projectDir: dirname(project), leases: makeLeases(resources.store, randomUUID()) }
  },

  async handle({ threads }, { state, resources, settings, signal, log }) {
    const startedAt = performance.now()
    const { store, objects, sources, warehouse } = resources
    return await underLease(state.leases, LEASE, signal, async lease => {
      // Read before the job pins the tables: what is covered now is in every version that it will find.
      const coverage = await readCoverage(store, sources)
      const through = Object.fromEntries(coverage.map(({ system, position }) => [system, position]))
      const covered = coverage.length === sources.length ? leastCovered(coverage) : null
      const systems = makeSystemVars(sources, through)

      const { target, replace } = await warehouse.beginBuild()
      const { registerTables } = warehouse
      const built = await runPythonJob({
        script: join(import.meta.dirname, 'job.py'),
        request: {
          projectDir: state.projectDir,
          stateDir: warehouse.stateFolder,
          target,
          threads,
          // DuckDB reads the lake's folders by itself, and the job pins their versions.
          ...(registerTables
            ? { systems: await registerLake(objects, registerTables, systems, objectsUrl(settings)) }
            : { systems, lakeDir: lakeFolder(settings), s3: await lakeAccess(settings) }),
          covered,
        },
        result: jobResult,
        signal: AbortSignal.any([signal, lease.signal]),
        log,
      })
      await replace()
      // Whoever waits for a new build (publish-marts) finds it announced only once it is in its place.
      await objects.put(ANNOUNCEMENT, Buffer.from(JSON.stringify({ covered, versions: built.versions })))
      if (built.warnings.length > 0)
        log.warn({ tests: built.warnings }, 'the source holds what these tests do not expect')
      return { ...built, covered, tookMs: Math.round(performance.now() - startedAt) }
    })
  },
})

type Coverage = { system: string; position: string; changedAt: string }

/**
 * Per system, up to where all of its tables have landed. A system that was never captured is left out.
 * @throws BadInputError while one is being read: half of it would not fit the rest, and yesterday's marts do
 */
async function readCoverage(store: Store, sources: Source[]): Promise<Coverage[]> {
  const rows = await store.query<{ topic: string; complete: boolean; position: string; changed_at: Date }>(
    `select t.name as topic, bool_and(c.position is not null) as complete, min(c.position) as position, min(c.changed_at) as changed_at
     from bus.topic t
     join bus.partition p on p.topic_id = t.id
     left join bus.coverage c on c.topic = t.name and c.partition = p.partition and c."group" = $1
     group by t.name`,
    [LANDING_GROUP],
  )
  return sources.flatMap(({ system, tables }) => {
    const own = rows.filter(({ topic }) => tables.some(table => table.topic === topic))
    if (own.length === 0) return []
    if (own.some(({ complete }) => !complete))
      throw new BadInputError(
        `the tables of ${system} are still being read, or read again: build when they have landed`,
        { status: 409, reason: 'not_yet' },
      )
    const [position = ''] = own.map(row => row.position).toSorted()
    const changedAt = Math.min(...own.map(row => row.changed_at.getTime()))
    return [{ system, position, changedAt: new Date(changedAt).toISOString() }]
  })
}

/** Positions of different systems do not compare: the one whose changes are known for the shortest time stands for all. */
function leastCovered(coverage: Coverage[]): { changedAt: string; position: string } | null {
  const [least] = coverage.toSorted((a, b) => a.changedAt.localeCompare(b.changedAt))
  return least ? { changedAt: least.changedAt, position: least.position } : null
}
