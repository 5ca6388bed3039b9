import type { Alerts } from '../../shared/alerts/index.ts'
import { makeMemoryCache } from '../../shared/cache/memory-cache.ts'
import { readSettings, type Settings } from '../../shared/config/index.ts'
import {
  type FunctionDefinition,
  type Identity,
  makeHost,
  OPERATOR,
  type Resources,
} from '../../shared/contract/index.ts'
import type { BusEvent } from '../../shared/events/index.ts'
import type { Flow } from '../../shared/lineage/index.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'

export type Answer = { status: number; body: Record<string, unknown> }
export type StartedFunction = Awaited<ReturnType<typeof startFunction>>

/** Takes every alert and tells nobody. */
export const NOBODY: Alerts = { send: async () => {}, resolve: async () => {} }

/** A function started in this process, with the resources that a test gives it. */
export async function startFunction(
  definition: FunctionDefinition,
  options: {
    resources?: Partial<Resources>
    settings?: Partial<Settings>
    onLog?: (line: string) => void
    /** Is told what each call has read and written. */
    onLineage?: (flows: Flow[]) => void
    /** Who calls; by default an operator. */
    caller?: Identity
  } = {},
) {
  const host = makeHost(definition, {
    settings: { ...readSettings({}), ...options.settings },
    resources: { alerts: NOBODY, cache: makeMemoryCache(), ...options.resources },
    log: makeLogger(
      options.onLog ? { level: 'warn', destination: { write: options.onLog } } : { level: 'silent' },
    ),
    authenticate: () => options.caller ?? OPERATOR,
    lineage: {
      note: ({ flows }) => options.onLineage?.(flows),
      begin: () => ({ end: ({ flows }) => options.onLineage?.(flows) }),
      close: async () => {},
    },
    ...(options.resources?.store && { jobs: { query: options.resources.store.query, started() {} } }),
  })
  await host.start()
  const answer = async (method: string, query: string, body: string): Promise<Answer> => {
    const headers = { 'content-type': 'application/json' }
    const reply = await host.dispatch({ method, path: '/', query, headers, body: Buffer.from(body) })
    return { status: reply.status, body: JSON.parse(String(reply.body)) as Record<string, unknown> }
  }
  return {
    host,
    /** Posts a JSON body. */
    call: (body: unknown) => answer('POST', '', JSON.stringify(body)),
    /** Makes one attempt at a job, which a call would only have started. */
    async attempt(input: unknown): Promise<Answer> {
      const job = { id: '', function: definition.name, input, attempts: 1, failures: 0 }
      const outcome = await host.perform(job, { signal: new AbortController().signal, report() {} })
      if (outcome.isDone) return { status: 200, body: outcome.result as Record<string, unknown> }
      return { status: Number(outcome.problem.status), body: outcome.problem }
    },
    /** Asks with a query string. */
    get: (query: string) => answer('GET', query, ''),
    /** Hands over bus events, as the connector does. */
    deliver: (events: BusEvent[]) => host.deliver(events),
  }
}
