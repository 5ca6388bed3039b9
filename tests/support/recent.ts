import { type RecentInteraction, recentOf } from '../../shared/propositions/recent.ts'
import type { Query } from '../../shared/store/index.ts'
import { boundText } from '../../shared/text/index.ts'

/** What a client did since the last builds, newest first, as the lists read it. */
export const readRecent = (query: Query, clientId: string): Promise<(RecentInteraction & { at: Date })[]> =>
  query(recentOf('$1'), [boundText(clientId)])
