import { setTimeout as sleep } from 'node:timers/promises'
import type { Models } from '../../../shared/models/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import type { Logger } from '../../../shared/telemetry/index.ts'
import { countChange, TEXTS_WRITER } from './count-change.ts'
import { readWithoutVectors, TEXTS_LOCK } from './texts.ts'
import { writeVectors } from './vectors.ts'

/** Products that are made vectors of in one transaction: after a stop the next run resumes there. */
const FILLED_AT_ONCE = 50
const LOGGED_EVERY = 20 * FILLED_AT_ONCE

/**
 * Makes the vectors that an index from before lacks, as after a change of the model, beside the old ones. Several instances
 * take turns; changes go first.
 * @returns how many products were given any
 */
export async function fillVectors(
  store: Store,
  models: Models,
  log: Logger,
  signal: AbortSignal,
): Promise<number> {
  let filled = 0
  for (let found = FILLED_AT_ONCE; found === FILLED_AT_ONCE && !signal.aborted; await sleep(0)) {
    found = await store.transaction(async ({ query }) => {
      await query('select pg_advisory_xact_lock($1)', [TEXTS_LOCK])
      const texts = await readWithoutVectors(query, models, FILLED_AT_ONCE)
      await writeVectors(query, models, texts)
      if (texts.length > 0) await countChange(query, TEXTS_WRITER)
      return texts.length
    })
    filled += found
    if (found > 0 && filled % LOGGED_EVERY < FILLED_AT_ONCE)
      log.info({ products: filled }, 'vectors are made')
  }
  return filled
}
