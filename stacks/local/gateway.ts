import { Cron } from 'croner'
import type { Trigger } from '../../shared/config/index.ts'
import {
  type Authenticate,
  answer,
  answerJobs,
  bodyLimitOf,
  type FunctionReply,
  type FunctionRequest,
  type Host,
  isJobsPath,
  MAX_BODY_BYTES,
  makeOpenApi,
  onlyGet,
  plainReply,
  problemReply,
  type Router,
} from '../../shared/contract/index.ts'
import { BadInputError, isOutage } from '../../shared/errors/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { registry } from '../../shared/telemetry/index.ts'
import { servePage } from './serve-page.ts'

const FUNCTION_PATH = /^\/(async-)?function\/([a-z0-9-]+)(\/.*)?$/

/** All functions at the OpenFaaS gateway's paths, the page, the API document, schedules, health and metrics. */
export function makeGateway(
  hosts: Map<string, Host>,
  triggers: Trigger[],
  authenticate: Authenticate,
  store: Pick<Store, 'query'>,
  dbtDocs: () => Promise<FunctionReply>,
): Router {
  const openApi = JSON.stringify(makeOpenApi([...hosts.values()].map(host => host.definition)), null, 2)
  /** What concerns everybody's data is for operators. */
  const forOperators = async (
    request: FunctionRequest,
    reply: () => Promise<FunctionReply>,
  ): Promise<FunctionReply> => {
    try {
      await authenticate(request, 'operator')
    } catch (error) {
      if (error instanceof BadInputError)
        return problemReply(error.status, 'Not for everybody', error.message)
      if (isOutage(error)) return problemReply(503, 'Unavailable', 'the issuer does not answer; try again')
      throw error
    }
    return await reply()
  }
  const metricsFor = (request: FunctionRequest) =>
    forOperators(request, async () => plainReply(200, await registry.metrics(), registry.contentType))
  const fixed = (reply: (request: FunctionRequest) => FunctionReply | Promise<FunctionReply>) => ({
    maxBytes: MAX_BODY_BYTES,
    path: '/',
    answer: reply,
  })
  const readOnly = (reply: (request: FunctionRequest) => FunctionReply | Promise<FunctionReply>) =>
    fixed(request => onlyGet(request) ?? reply(request))
  return path => {
    const [, isAsync, name, rest = '/'] = FUNCTION_PATH.exec(path) ?? []
    if (name !== undefined) {
      const host = hosts.get(name)
      if (!host) return fixed(() => problemReply(404, 'Not found', `there is no function ${name}`))
      return {
        maxBytes: bodyLimitOf(host),
        path: rest,
        answer: request => {
          if (rest === '/metrics') return onlyGet(request) ?? metricsFor(request)
          return isAsync && rest === '/' ? host.later(request) : answer(host, request)
        },
      }
    }
    if (isJobsPath(path)) return fixed(request => answerJobs(request, path, { store, authenticate }))
    switch (path) {
      case '/openapi.json':
        return readOnly(() => plainReply(200, openApi))
      case '/schedules.json':
        return readOnly(() => plainReply(200, JSON.stringify(nextRuns(triggers))))
      case '/healthz':
        return readOnly(() => health(hosts))
      case '/metrics':
        return readOnly(metricsFor)
      case '/dbt':
        return readOnly(request => forOperators(request, dbtDocs))
      default:
        return fixed(request => servePage(path, request))
    }
  }
}

function health(hosts: Map<string, Host>): FunctionReply {
  const starting = [...hosts.values()].filter(host => !host.isReady()).map(host => host.definition.name)
  return plainReply(
    starting.length === 0 ? 200 : 503,
    JSON.stringify({ status: starting.length === 0 ? 'ready' : 'starting', starting }),
  )
}

/** When each scheduled function is due next. */
function nextRuns(
  triggers: Trigger[],
): { function: string; cron: string; timeZone: string; nextAt: Date | null }[] {
  return triggers.flatMap(({ function: name, schedules = [] }) =>
    schedules.map(({ cron, timeZone }) => ({
      function: name,
      cron,
      timeZone,
      nextAt: new Cron(cron, { timezone: timeZone, paused: true }).nextRun(),
    })),
  )
}
