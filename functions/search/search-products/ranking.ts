import type { Settings } from '../../../shared/config/index.ts'
import { describeError } from '../../../shared/errors/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import type { Logger } from '../../../shared/telemetry/index.ts'
import { interleave } from './interleave.ts'
import { LEARNED_DEPTH, readEvidence, reorder } from './learned.ts'
import type { Found } from './query.ts'
import { toQueryKey } from './query-key.ts'

export type RankingName = Settings['SEARCH_RANKING']
export type Page = { limit: number; offset: number }

type Asked = {
  searchId: string
  query: string
  page: Page
  /** Whether the answer is in the order of how well it fits. */
  isByFit: boolean
}

/** A page as it is answered. `teams` has a letter for each result where two rankings were interleaved. */
export type Shown = { results: Found[]; ranking: RankingName; teams: string | null }

export type Ranked = {
  /** What has to be found for the page. */
  page: Page
  show(found: Found[]): Promise<Shown>
}

/** Ranks each answer as the setting SEARCH_RANKING says. Without anything learnt, or where it cannot be read, that is plain. */
export function makeRanking(store: Store, settings: Settings, log: Logger) {
  const { SEARCH_RANKING: ranking, SEARCH_IN_STOCK } = settings
  return ({ searchId, query, page, isByFit }: Asked): Ranked => {
    if (ranking === 'plain' || !isByFit || page.offset >= LEARNED_DEPTH)
      return { page, show: async results => ({ results, ranking: 'plain', teams: null }) }
    const pageOf = <T>(all: T[]) => all.slice(page.offset, page.offset + page.limit)
    return {
      page: { limit: Math.max(LEARNED_DEPTH, page.offset + page.limit), offset: 0 },
      async show(found) {
        const ids = found.slice(0, LEARNED_DEPTH).map(({ product_id }) => product_id)
        const evidence = await readEvidence(store, toQueryKey(query), ids).catch(error => {
          log.warn(
            { problem: describeError(error) },
            'what clicks say could not be read: the ranking is plain',
          )
          return new Map()
        })
        const learned = reorder(found, evidence, SEARCH_IN_STOCK === 'first')
        if (ranking === 'learned') return { results: pageOf(learned), ranking, teams: null }
        const shown = pageOf(interleave(found, learned, searchId))
        return {
          results: shown.map(({ result }) => result),
          ranking,
          teams: shown.map(({ team }) => team).join(''),
        }
      },
    }
  }
}
