import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SecretUrl } from '../../shared/config/index.ts'

type Pair = { key: string; value: string | number }
type Body = Record<string, unknown> & {
  tags?: Pair[]
  metrics?: Pair[]
  params?: Pair[]
}
export type DoubleRun = {
  id: string
  name: string
  status: string
  tags: Record<string, string | number>
  parameters: Record<string, string | number>
  metrics: Record<string, number | string>
}

/**
 * A double of an MLflow server over HTTP, with as much of it as trainings are logged by: it keeps what it is told, and can be made to
 * fail. tests/infra/mlflow.test.ts says that the real one answers so.
 */
export async function startMlflowDouble() {
  let runs = new Map<string, DoubleRun>()
  let files = new Map<string, Buffer>()
  let versions: { version: string; run_id: string; source: string; tags: Pair[] }[] = []
  const aliases = new Map<string, string>()
  let registered = new Set<string>()
  let experiments = new Set<string>()
  const requests: { call: string; authorization: string | undefined; body: Body }[] = []
  let filesAt = 'mlflow-artifacts:'
  let trouble: ((call: string) => 'hang' | { status: number; text: string } | undefined) | undefined

  const refuse = (error_code: string, message = error_code): never => {
    throw { status: error_code === 'RESOURCE_DOES_NOT_EXIST' ? 404 : 400, error_code, message }
  }
  const runOf = (id: unknown) => runs.get(String(id)) ?? refuse('RESOURCE_DOES_NOT_EXIST', `no run ${id}`)
  const describe = ({ id }: DoubleRun) => ({
    info: { run_id: id, artifact_uri: `${filesAt}/1/${id}/artifacts` },
  })
  const addPairs = (to: Record<string, string | number>, pairs: Pair[] = []) => {
    for (const { key, value } of pairs) to[key] = value
  }

  const answers: Record<string, (body: Body) => unknown> = {
    'GET experiments/get-by-name': ({ experiment_name: name }) =>
      experiments.has(String(name))
        ? { experiment: { experiment_id: '1', name } }
        : refuse('RESOURCE_DOES_NOT_EXIST'),
    'POST experiments/create': ({ name }) => {
      experiments.add(String(name))
      return { experiment_id: '1' }
    },
    'POST runs/search': ({ filter }) => {
      const [, key = '', value] = /^tags\."(.+)" = '(.+)'$/.exec(String(filter)) ?? refuse('BAD_FILTER')
      const found = [...runs.values()].filter(({ tags }) => tags[key] === value)
      return found.length > 0 ? { runs: found.map(describe) } : {}
    },
    'POST runs/create': ({ run_name, tags }) => {
      const id = `run${String(runs.size + 1).padStart(3, '0')}-${Math.random().toString(16).slice(2, 8)}`
      const run = { id, name: String(run_name), status: 'RUNNING', tags: {}, parameters: {}, metrics: {} }
      addPairs(run.tags, tags)
      runs.set(id, run)
      return { run: describe(run) }
    },
    'GET runs/get': ({ run_id }) => ({ run: describe(runOf(run_id)) }),
    'POST runs/log-batch': ({ run_id, metrics, params, tags }) => {
      const run = runOf(run_id)
      if ((metrics?.length ?? 0) > 1000 || (params?.length ?? 0) > 100) refuse('INVALID_PARAMETER_VALUE')
      for (const { key, value } of params ?? []) {
        if ((run.parameters[key] ?? value) !== value)
          refuse('INVALID_PARAMETER_VALUE', 'params do not change')
        if (String(value).length > 6000) refuse('INVALID_PARAMETER_VALUE', 'too long')
      }
      addPairs(run.metrics, metrics)
      addPairs(run.parameters, params)
      addPairs(run.tags, tags)
      return {}
    },
    'POST runs/update': ({ run_id, status }) => {
      runOf(run_id).status = String(status)
      return { run_info: {} }
    },
    'POST runs/set-tag': ({ run_id, key, value }) => {
      addPairs(runOf(run_id).tags, [{ key: String(key), value: String(value) }])
      return {}
    },
    'POST registered-models/create': ({ name }) => {
      if (registered.has(String(name))) refuse('RESOURCE_ALREADY_EXISTS')
      registered.add(String(name))
      return { registered_model: { name } }
    },
    'GET model-versions/search': ({ filter }) => {
      const found = versions.filter(({ run_id }) => filter === `run_id='${run_id}'`)
      return found.length > 0 ? { model_versions: found } : {}
    },
    'POST model-versions/create': ({ run_id, source, tags = [] }) => {
      const made = {
        version: String(versions.length + 1),
        run_id: String(run_id),
        source: String(source),
        tags,
      }
      versions.push(made)
      return { model_version: made }
    },
    'GET registered-models/alias': ({ name, alias }) => {
      if (!registered.has(String(name))) refuse('RESOURCE_DOES_NOT_EXIST')
      const named = versions.find(({ version }) => version === aliases.get(String(alias)))
      if (!named) refuse('INVALID_PARAMETER_VALUE', `Registered model alias ${alias} not found.`)
      return { model_version: named }
    },
    'POST registered-models/alias': ({ alias, version }) => {
      if (!versions.some(known => known.version === version)) refuse('RESOURCE_DOES_NOT_EXIST')
      aliases.set(String(alias), String(version))
      return {}
    },
    'DELETE registered-models/alias': ({ alias }) => {
      aliases.delete(String(alias))
      return {}
    },
  }

  const answer = async (request: IncomingMessage) => {
    const url = new URL(request.url ?? '', 'http://double')
    const sent = Buffer.concat(await Array.fromAsync(request))
    const [, place] = /^\/api\/2\.0\/mlflow-artifacts\/artifacts\/(.+)$/.exec(url.pathname) ?? []
    const call = place ? 'PUT artifact' : `${request.method} ${url.pathname.replace('/api/2.0/mlflow/', '')}`
    const isJson = request.headers['content-type'] === 'application/json' && !place
    const body = (isJson ? JSON.parse(sent.toString()) : Object.fromEntries(url.searchParams)) as Body
    requests.push({ call, authorization: request.headers.authorization, body })
    const failing = trouble?.(call)
    if (failing) return failing
    if (place) {
      files.set(decodeURIComponent(place), sent)
      return { status: 200, text: '' }
    }
    try {
      const answered = answers[call]?.(body) ?? refuse('ENDPOINT_NOT_FOUND', call)
      return { status: 200, text: JSON.stringify(answered) }
    } catch (error) {
      const { status = 500 } = error as { status?: number }
      return { status, text: JSON.stringify(error) }
    }
  }

  const server = createServer(async (request, response) => {
    const answered = await answer(request)
    if (answered !== 'hang') response.writeHead(answered.status).end(answered.text)
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: new SecretUrl(`http://127.0.0.1:${port}`),
    requests,
    get runs() {
      return [...runs.values()]
    },
    get versions() {
      return versions
    },
    get files() {
      return files
    },
    aliases,
    /** Where the files of further runs are to be. */
    set filesAt(place: string) {
      filesAt = place
    },
    /** What goes wrong with a call; without it nothing does. */
    fail(how?: typeof trouble) {
      trouble = how
    },
    /** As if it were another server. */
    forget() {
      runs = new Map()
      files = new Map()
      versions = []
      registered = new Set()
      experiments = new Set()
      aliases.clear()
    },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export type MlflowDouble = Awaited<ReturnType<typeof startMlflowDouble>>
