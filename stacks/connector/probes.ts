import { answerProbe, plainReply, type Router } from '../../shared/contract/index.ts'
import { describeError } from '../../shared/errors/index.ts'
import type { Store } from '../../shared/store/index.ts'
import type { LoopState } from './loops.ts'

/**
 * What a separate connector serves: `/_/health`, `/_/ready` with whether it reaches the store and the state of each of
 * its loops, `/metrics` for Prometheus. A source or a function that is down does not make it unready: a restart
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
  return path => ({ maxBytes: 0, path, answer: request => answerProbe(request, ready) })
}
