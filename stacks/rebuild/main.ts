import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { isPosition, openBus } from '../../shared/bus/index.ts'
import { isOwn } from '../../shared/capture/index.ts'
import { readSources } from '../../shared/capture/sources.ts'
import { readSettings, type Source } from '../../shared/config/index.ts'
import { exitWith, makeHost, OPERATOR } from '../../shared/contract/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'
import { RestoreError, VersionNotFoundError } from '../../shared/lake/index.ts'
import { loadModels } from '../../shared/models/index.ts'
import { openObjects } from '../../shared/objects/index.ts'
import { makeLeases, openStore } from '../../shared/store/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { findStore, requireSystem, sayHome } from '../local/home.ts'
import { listFunctions, loadFunction, ROOT } from '../project.ts'
import { INDEX_FUNCTION, rebuildIndex } from './rebuild-index.ts'
import { type Goal, rebuildTable } from './rebuild-table.ts'

/**
 * `npm run rebuild -- table <system>.<Table> --to-version N | --to-position P` restores a lake table and makes the bus
 * land later changes again; `npm run rebuild -- index` rebuilds the search index from the lake. Both alongside a running
 * Cordage (docs/playbooks/rebuild.md).
 */
const USAGE =
  'usage: npm run rebuild -- table <system>.<Table> (--to-version <number> | --to-position <position>), or npm run rebuild -- index'

function findTable(sources: Source[], name = '') {
  for (const source of sources)
    for (const table of source.tables) if (`${source.system}.${table.name}` === name) return { source, table }
  throw new ConfigError(`${name === '' ? USAGE : `no source file has a table ${name}`}`)
}

function readGoal(version: string | undefined, position: string | undefined): Goal {
  if ((version === undefined) === (position === undefined)) throw new ConfigError(USAGE)
  if (position !== undefined) {
    if (!isPosition(position))
      throw new ConfigError(
        `--to-position ${position}: a position is <epoch>-<commit>-<ordinal> in 4, 16 (of SQL Server 20) and 8 hex digits, as in the column _position`,
      )
    return { position }
  }
  if (!/^\d+$/.test(version ?? '')) throw new ConfigError(`--to-version ${version}: a version is a number`)
  return { version: Number(version) }
}

try {
  const { values, positionals } = parseArgs({
    options: { 'to-version': { type: 'string' }, 'to-position': { type: 'string' } },
    allowPositionals: true,
  })
  const [what, name] = positionals
  if (what !== 'table' && what !== 'index') throw new ConfigError(USAGE)
  const settings = readSettings()
  const sources = readSources(settings.SOURCES)
  const chosen =
    what === 'table'
      ? { ...findTable(sources, name), goal: readGoal(values['to-version'], values['to-position']) }
      : undefined
  const objects = openObjects(
    (settings.OBJECTS_URL?.reveal() ?? pathToFileURL(join(settings.CORDAGE_HOME, 'objects')).href) as string,
  )
  sayHome(settings)
  const store = openStore(findStore(settings))
  await requireSystem(
    store.query,
    settings,
    // Every store has Cordage's own system.
    (chosen ? [chosen.source] : sources.filter(source => !isOwn(source))).map(source => source.system),
  )
  const leases = makeLeases(store, `rebuild/${randomUUID()}`)
  const bus = await openBus(settings.BUS_URL, store)
  try {
    if (chosen) {
      const { version, rewound } = await rebuildTable({ bus, leases, objects, ...chosen })
      const from = rewound.map(({ partition, nextOffset }) => `${partition} from ${nextOffset}`).join(', ')
      process.stdout.write(
        `${name} is restored, as version ${version}; ${from === '' ? 'nothing had landed since' : `its partitions land again: ${from}`}\n`,
      )
    } else {
      const models = await loadModels()
      const log = makeLogger({ level: 'warn' })
      const folder = listFunctions(ROOT).find(({ name }) => name === INDEX_FUNCTION)
      if (!folder) throw new ConfigError(`there is no function ${INDEX_FUNCTION}`)
      const host = makeHost(await loadFunction(folder), {
        settings,
        resources: { store, models, sources },
        log,
        authenticate: () => OPERATOR,
      })
      await host.start()
      const onTable = (table: string, rows: number) => process.stdout.write(`${table}: ${rows} rows\n`)
      const { rows } = await rebuildIndex({ store, bus, leases, objects, sources, host, onTable })
      process.stdout.write(`the search index is rebuilt from ${rows} rows of the lake\n`)
      await models.close()
    }
  } finally {
    await leases.close()
    await bus.close()
    await store.close()
  }
} catch (error) {
  exitWith(
    error instanceof RestoreError || error instanceof VersionNotFoundError
      ? new ConfigError(error.message)
      : error,
  )
}
