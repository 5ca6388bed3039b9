import { type Mlflow, MlflowRefusal, type Run, type Tracking } from '../../mlflow/index.ts'
import { type Leases, type Query, type Store, underLease } from '../../store/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { type Family, MODEL_FOLDER, type Role, type Stored } from '../family.ts'
import { findVersion, makeChampion } from '../versions.ts'
import {
  describeFiles,
  describeMetrics,
  describeParameters,
  describeTags,
  keyOf,
  MODEL_TAG,
  secondsOf,
} from './describe.ts'

/** Who waits for an answer waits no longer than this for MLflow; a training may. */
const TRAINING_MS = 60_000
const CALL_MS = 10_000
const SCORING_MS = 5000

/** Its holder speaks with MLflow: nothing is logged twice, and no alias is moved while another looks at it. */
const leaseOf = ({ name }: Family) => `mirror-${name}`

/** What it takes to tell MLflow, or to let it be where there is none. */
export type Mirror = {
  mlflow: Mlflow | undefined
  store: Pick<Store, 'query' | 'transaction'>
  leases: Leases
  log: Logger
  signal: AbortSignal
}

/** Column `mlflow`: what MLflow knows of a model. */
type Told = {
  runId: string
  version: string
  /** What its run and the aliases say of it; null where they were not told yet. */
  role: Role | null
  /** Whether it is what the alias `champion` named when it was last set or seen: if it names another, somebody has moved it. */
  isChampion: boolean
}
type Logged = { version: number; role: Role; mlflow: Told }

/** After a training: logs what is missing, and tells which models serve. */
export async function mirrorTraining(mirror: Mirror, family: Family): Promise<void> {
  await inTurn(mirror, family, TRAINING_MS, async tracking => {
    await logMissing(tracking, mirror, family)
    await follow(tracking, mirror, family)
    await tellRoles(tracking, mirror.store.query, family)
  })
}

/** After somebody has chosen here what serves: that counts, whatever the alias names. */
export async function mirrorChoice(mirror: Mirror, family: Family): Promise<void> {
  await inTurn(mirror, family, CALL_MS, async tracking => {
    // First, for what is missing may take longer than there is time.
    await tellChampion(tracking, mirror.store.query, family, { isChosen: true })
    await logMissing(tracking, mirror, family)
    await tellRoles(tracking, mirror.store.query, family)
  })
}

/** Makes the champion what the alias `champion` names, where somebody has moved it since it was last set. */
export async function followAlias(mirror: Mirror, family: Family): Promise<void> {
  const isLogged = async () => (await listLogged(mirror.store.query, family)).length > 0
  if (!mirror.mlflow || !(await isLogged())) return
  await inTurn(mirror, family, SCORING_MS, async tracking => {
    await follow(tracking, mirror, family)
    await tellRoles(tracking, mirror.store.query, family)
  })
}

/** Where another process speaks with MLflow for longer than there is time, nothing is done: it is not said to fail. */
async function inTurn(
  { mlflow, leases, signal: given, log }: Mirror,
  family: Family,
  withinMs: number,
  work: (tracking: Tracking) => Promise<void>,
): Promise<void> {
  if (!mlflow) return
  const waiting = AbortSignal.any([given, AbortSignal.timeout(withinMs)])
  try {
    await underLease(leases, leaseOf(family), waiting, async lease => {
      const signal = AbortSignal.any([given, lease.signal])
      await mlflow.attempt({ withinMs, signal, log }, work)
    })
  } catch (error) {
    if (!waiting.aborted) throw error
  }
}

const listLogged = (query: Query, { table }: Family) =>
  query<Logged>(`select version, role, mlflow from ${table} where mlflow is not null order by version desc`)

/** @returns versions that MLflow does not know, or not any more, since it is another server; the oldest first */
async function findMissing(tracking: Tracking, query: Query, family: Family): Promise<number[]> {
  const missing = await query<{ version: number }>(`select version from ${family.table} where mlflow is null`)
  const versions = missing.map(({ version }) => version)
  for (const { version, role, mlflow } of await listLogged(query, family))
    if (role !== 'retired' && !(await tracking.hasRun(mlflow.runId))) versions.push(version)
  return versions.sort((a, b) => a - b)
}

async function logMissing(
  tracking: Tracking,
  { store: { query }, log }: Mirror,
  family: Family,
): Promise<void> {
  const versions = await findMissing(tracking, query, family)
  if (versions.length === 0) return
  const experiment = await tracking.ensureExperiment(family.name)
  await tracking.ensureModel(family.name)
  for (const version of versions) {
    const model = await findVersion(query, family, version)
    if (!model) continue
    const told = await logModel(tracking, experiment, { family, model, log })
    await query(`update ${family.table} set mlflow = $2 where version = $1`, [version, JSON.stringify(told)])
  }
}

/** A run that was begun before and not finished goes on. */
async function logModel(
  tracking: Tracking,
  experiment: string,
  { family, model, log }: { family: Family; model: Stored; log: Logger },
): Promise<Told> {
  const { trainedAt, version } = model
  const tag = { key: MODEL_TAG, value: keyOf(model) }
  const startedAt = new Date(trainedAt.getTime() - secondsOf(model) * 1000)
  const name = `${family.name} ${version}`
  const begin = () => tracking.createRun(experiment, { name, startedAt, tags: { [tag.key]: tag.value } })
  const run = (await tracking.findRun(experiment, tag)) ?? (await begin())
  await tracking.log(run.id, {
    parameters: describeParameters(family, model),
    metrics: describeMetrics(family, model),
    tags: describeTags(family, model),
    at: trainedAt,
  })
  await uploadFiles(tracking, run, { family, model, log })
  await tracking.finishRun(run.id, trainedAt)
  const registered = await tracking.ensureVersion(family.name, run, {
    folder: MODEL_FOLDER,
    tags: { [MODEL_TAG]: tag.value, version: String(version) },
  })
  return { runId: run.id, version: registered, role: null, isChampion: false }
}

async function uploadFiles(
  tracking: Tracking,
  run: Run,
  { family, model, log }: { family: Family; model: Stored; log: Logger },
): Promise<void> {
  if (!tracking.takesFiles(run)) {
    log.warn(
      { files: run.files.replace(/\/\/[^/]*@/, '//') },
      'MLflow keeps files where only its clients reach them: they are not logged (docs/forecasts.md, "MLflow")',
    )
    return
  }
  for (const { path, body, type } of describeFiles(family, model))
    await tracking.upload(run, path, body, type)
}

/** Looks where the alias is. One that is gone is set again; one that names what is not known here is left where it is. */
async function follow(tracking: Tracking, { store, log }: Mirror, family: Family): Promise<void> {
  const alias = await tracking.findAlias(family.name, 'champion')
  if (!alias) return await noteAlias(store.query, family, null)
  const named = { model: family.name, mlflowVersion: alias.version }
  const found = await store.transaction(async ({ query }) => {
    await query(`lock table ${family.table} in share row exclusive mode`)
    const models = await listLogged(query, family)
    const chosen = models.find(({ mlflow }) => mlflow.runId === alias.runId)
    const before = models.find(({ mlflow }) => mlflow.isChampion)
    if (!chosen) return before && 'unknown'
    if (chosen === before) return undefined
    await noteAlias(query, family, chosen.version)
    // Nobody has moved an alias that was never set.
    if (!before || chosen.role === 'champion') return undefined
    await makeChampion(query, family, chosen.version)
    return chosen.version
  })
  if (found === 'unknown')
    log.warn(named, "MLflow's alias champion names a version that is not known here: what serves goes on")
  else if (found !== undefined)
    log.info(
      { ...named, version: found },
      "somebody moved MLflow's alias champion: this model serves from now on",
    )
}

/** @param version what the alias `champion` names */
async function noteAlias(query: Query, { table }: Family, version: number | null): Promise<void> {
  await query(
    `update ${table} set mlflow = mlflow || jsonb_build_object('isChampion', version is not distinct from $1)
     where mlflow is not null`,
    [version],
  )
}

async function tellChampion(
  tracking: Tracking,
  query: Query,
  family: Family,
  { isChosen = false } = {},
): Promise<void> {
  const champion = (await listLogged(query, family)).find(({ role }) => role === 'champion')
  if (!champion || (champion.mlflow.isChampion && !isChosen)) return
  await tracking.setAlias(family.name, 'champion', champion.mlflow.version)
  await noteAlias(query, family, champion.version)
}

/** Sets the aliases, and writes to each run what has become of its model, where MLflow was last told another thing. */
async function tellRoles(tracking: Tracking, query: Query, family: Family): Promise<void> {
  await tellChampion(tracking, query, family)
  const models = await listLogged(query, family)
  const changed = models.filter(({ role, mlflow }) => role !== mlflow.role)
  const challenger = models.find(({ role }) => role === 'challenger')
  if (challenger && changed.includes(challenger))
    await tracking.setAlias(family.name, 'challenger', challenger.mlflow.version)
  if (!challenger && changed.some(({ mlflow }) => mlflow.role === 'challenger'))
    await tracking.deleteAlias(family.name, 'challenger')
  for (const { version, role, mlflow } of changed) {
    await tracking.tagRun(mlflow.runId, 'role', role).catch(error => {
      // Of a run that somebody deleted nobody needs to be told.
      if (!(error instanceof MlflowRefusal)) throw error
    })
    await query(
      `update ${family.table} set mlflow = mlflow || jsonb_build_object('role', $2::text) where version = $1`,
      [version, role],
    )
  }
}
