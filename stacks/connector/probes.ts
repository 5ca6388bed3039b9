import { onlyGet, plainReply, problemReply, type Router } from '../../shared/contract/index.ts'
import { describeError } from '../../shared/errors/index.ts'
import type { Store } from '../../shared/store/index.ts'
import { registry } from '../../shared/telemetry/index.ts'
import type { LoopState } from './loops.ts'

/**
 * What a connector of its own tells: `/_/health` that it lives, `/_/ready` whether it reaches the store, and what each of
 * its loops is at, `/metrics` for Prometheus. A source or a function that is away makes it no less ready: to start it again
 * would not help.
 */
export function makeProbes({ store, loops }: { store: Pick<Store, 'urgent'>; loops(): LoopState[] }): Router {
  const ready = async () => {
    const problem = await store.urgent('select 1').then(() => undefined, describeError)
    const said = {
      status: problem === undefined ? 'ready' : 'waiting',
      ...(problem && { problem }),
      loops: loops(),
    }
    return plainReply(problem === undefined ? 200 : 503, JSON.stringify(said))
  }
  const answer = async (path: string) => {
    switch (path) {
      case '/_/health':
        return plainReply(200, '{"status":"ok"}')
      case '/_/ready':
        return await ready()
      case '/metrics':
        return plainReply(200, await registry.metrics(), registry.contentType)
      default:
        return problemReply(404, 'Not found', `there is nothing at ${path.slice(0, 200)}`)
    }
  }
  return path => ({ maxBytes: 0, path, answer: async request => onlyGet(request) ?? (await answer(path)) })
}
