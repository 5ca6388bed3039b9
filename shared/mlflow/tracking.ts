import { z } from 'zod'
import { MlflowRefusal, type Requests } from './requests.ts'

/** MLflow's limits: of a batch, and of texts. */
const MOST_METRICS = 1000
const MOST_PARAMETERS = 100
const LONGEST = { parameter: 6000, tag: 8000, key: 250 }
/** Where a server keeps files that are sent to it. */
const OWN_FILES = 'mlflow-artifacts:/'

export type Run = {
  id: string
  /** URI of its folder. */
  files: string
}
export type Logged = {
  parameters: Record<string, string>
  metrics: Record<string, number>
  tags: Record<string, string>
  at: Date
}
/** What an alias names. `runId` is empty where it was registered without a run. */
export type Named = { version: string; runId: string }

/** Of MLflow's REST API what takes to log a training and to name a model. What is there already is no error, and not made twice. */
export type Tracking = {
  /** @returns its id */
  ensureExperiment(name: string): Promise<string>
  findRun(experiment: string, tag: { key: string; value: string }): Promise<Run | undefined>
  createRun(
    experiment: string,
    run: { name: string; startedAt: Date; tags: Record<string, string> },
  ): Promise<Run>
  /** Whether it was ever there: also where it was deleted, and can be restored. */
  hasRun(id: string): Promise<boolean>
  /** Texts that are too long are cut, and characters that a key cannot have become `_`. The same again changes nothing. */
  log(runId: string, logged: Logged): Promise<void>
  /** Whether files go to the server, and not to a storage that only its clients reach. */
  takesFiles(run: Run): boolean
  upload(run: Run, path: string, file: Uint8Array<ArrayBuffer>, type: string): Promise<void>
  finishRun(id: string, endedAt: Date): Promise<void>
  tagRun(id: string, key: string, value: string): Promise<void>
  ensureModel(name: string): Promise<void>
  /** Registers a folder of a run. @returns its version */
  ensureVersion(
    name: string,
    run: Run,
    registered: { folder: string; tags: Record<string, string> },
  ): Promise<string>
  findAlias(name: string, alias: string): Promise<Named | undefined>
  setAlias(name: string, alias: string, version: string): Promise<void>
  deleteAlias(name: string, alias: string): Promise<void>
}

const anything = z.object({})
const experiment = z.object({ experiment_id: z.string() })
const run = z
  .object({ info: z.object({ run_id: z.string().min(1), artifact_uri: z.string() }) })
  .transform(({ info }): Run => ({ id: info.run_id, files: info.artifact_uri.replace(/\/+$/, '') }))
const version = z
  .object({ version: z.coerce.string(), run_id: z.string().default('') })
  .transform((found): Named => ({ version: found.version, runId: found.run_id }))

export function makeTracking({ ask, put }: Requests): Tracking {
  return {
    async ensureExperiment(name) {
      const find = async () => {
        const asked = { experiment_name: name }
        return (await ask('GET', 'experiments/get-by-name', asked, z.object({ experiment }))).experiment
      }
      const known = await unlessMissing(find())
      if (known) return known.experiment_id
      const made = await ask('POST', 'experiments/create', { name }, experiment).catch(error => {
        // Somebody else was faster.
        if (isRefusal(error, 'RESOURCE_ALREADY_EXISTS')) return find()
        throw error
      })
      return made.experiment_id
    },
    async findRun(id, { key, value }) {
      const body = { experiment_ids: [id], filter: `tags."${key}" = '${value}'`, max_results: 1 }
      const { runs } = await ask('POST', 'runs/search', body, z.object({ runs: z.array(run).default([]) }))
      return runs[0]
    },
    async createRun(id, { name, startedAt, tags }) {
      const body = { experiment_id: id, run_name: name, start_time: startedAt.getTime(), tags: toTags(tags) }
      return (await ask('POST', 'runs/create', body, z.object({ run }))).run
    },
    async hasRun(id) {
      return (await unlessMissing(ask('GET', 'runs/get', { run_id: id }, anything))) !== undefined
    },
    async log(id, { parameters, metrics, tags, at }) {
      const batch = (part: object) => ask('POST', 'runs/log-batch', { run_id: id, ...part }, anything)
      const pairs = Object.entries(parameters)
      for (const [n, part] of chunks(pairs, MOST_PARAMETERS).entries())
        await batch({
          params: part.map(([key, value]) => ({ key: toKey(key), value: cut(value, LONGEST.parameter) })),
          tags: n === 0 ? toTags(tags) : [],
        })
      for (const part of chunks(Object.entries(metrics), MOST_METRICS))
        await batch({
          metrics: part.map(([key, value]) => ({
            ...{ key: toKey(key), value, timestamp: at.getTime(), step: 0 },
          })),
        })
    },
    takesFiles: ({ files }) => placeOf(files) !== undefined,
    async upload(target, path, file, type) {
      await put(`${placeOf(target.files)}/${path}`, file, type)
    },
    async finishRun(id, endedAt) {
      const body = { run_id: id, status: 'FINISHED', end_time: endedAt.getTime() }
      await ask('POST', 'runs/update', body, anything)
    },
    async tagRun(id, key, value) {
      await ask('POST', 'runs/set-tag', { run_id: id, key, value }, anything)
    },
    async ensureModel(name) {
      await ask('POST', 'registered-models/create', { name }, anything).catch(error => {
        if (!isRefusal(error, 'RESOURCE_ALREADY_EXISTS')) throw error
      })
    },
    async ensureVersion(name, { id, files }, { folder, tags }) {
      const { model_versions: known } = await ask(
        'GET',
        'model-versions/search',
        { filter: `run_id='${id}'` },
        z.object({ model_versions: z.array(version).default([]) }),
      )
      if (known[0]) return known[0].version
      const body = { name, source: `${files}/${folder}`, run_id: id, tags: toTags(tags) }
      const made = await ask('POST', 'model-versions/create', body, z.object({ model_version: version }))
      return made.model_version.version
    },
    async findAlias(name, alias) {
      const found = ask(
        'GET',
        'registered-models/alias',
        { name, alias },
        z.object({ model_version: version }),
      )
      return (await unlessMissing(found))?.model_version
    },
    async setAlias(name, alias, to) {
      await ask('POST', 'registered-models/alias', { name, alias, version: to }, anything)
    },
    async deleteAlias(name, alias) {
      await ask('DELETE', 'registered-models/alias', { name, alias }, anything)
    },
  }
}

function isRefusal(error: unknown, code: string): boolean {
  return error instanceof MlflowRefusal && error.code === code
}

/** An alias that is not there is called a wrong value. */
async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    const isMissing =
      isRefusal(error, 'RESOURCE_DOES_NOT_EXIST') ||
      (isRefusal(error, 'INVALID_PARAMETER_VALUE') && /alias .* not found/.test((error as Error).message))
    if (isMissing) return undefined
    throw error
  }
}

/** Where the server keeps a run's files; undefined where they are in another place. */
const placeOf = (files: string): string | undefined =>
  files.startsWith(OWN_FILES) && !files.startsWith(`${OWN_FILES}/`)
    ? files.slice(OWN_FILES.length)
    : undefined

const toTags = (tags: Record<string, string>) =>
  Object.entries(tags).map(([key, value]) => ({ key, value: cut(value, LONGEST.tag) }))

const toKey = (key: string) => cut(key.replaceAll(/[^\p{L}\p{N}_\-. ]/gu, '_'), LONGEST.key)

/** Never half a character. */
const cut = (text: string, length: number) => text.slice(0, length).toWellFormed()

function chunks<T>(all: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size))
}
