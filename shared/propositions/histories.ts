import type { Query } from '../store/index.ts'
import { boundText } from '../text/index.ts'
import { type RecentInteraction, recentOf } from './recent.ts'
import { addPurchase, emptyHistory, type History, toDay } from './scoring/history.ts'

type Stored = {
  bought: [string, number[]][]
  interested: string[]
  returned: string[]
  dismissed: [string, number][]
  territory_id: string | null
}
type Row = (Stored | { bought: null }) & { is_gone: boolean | null; recent: RecentInteraction[] | null }

/** What a client did until the latest build, and since. @returns undefined of a client who is not known */
export async function readHistory(query: Query, clientId: string): Promise<History | undefined> {
  const [row] = await query<Row>(
    `select h.bought, h.interested, h.returned, h.dismissed, h.territory_id, c.is_gone,
       (select json_agg(r order by r.at desc, r."productId") from (${recentOf('$1')}) r) as recent
     from (select) one
     left join propositions.history h on h.client_id = $1
     left join propositions.client c on c.client_id = $1`,
    [boundText(clientId)],
    { name: 'propositions.history' },
  )
  if (!row || row.is_gone) return undefined
  const { recent, is_gone } = row
  const isKnown = row.bought !== null || recent !== null || is_gone !== null
  if (!isKnown) return undefined
  const history = row.bought === null ? emptyHistory() : fromRow(row)
  follow(history, recent ?? [])
  return history
}

function fromRow(row: Stored): History {
  return {
    bought: new Map(row.bought),
    interested: new Set(row.interested),
    returned: new Set(row.returned),
    dismissed: new Map(row.dismissed),
    territoryId: row.territory_id,
  }
}

export function toRow(clientId: string, history: History) {
  return {
    client_id: clientId,
    bought: [...history.bought],
    interested: [...history.interested],
    returned: [...history.returned],
    dismissed: [...history.dismissed],
    territory_id: history.territoryId,
  }
}

/** Adds what happened since, which may be in the build already. */
function follow(history: History, recent: RecentInteraction[]): void {
  for (const { productId, kind, day } of recent.toReversed()) {
    if (kind === 'purchase') {
      addPurchase(history, productId, toDay(day))
      history.interested.delete(productId)
    } else if (kind === 'return') history.returned.add(productId)
    else if (kind === 'dismiss')
      history.dismissed.set(productId, Math.max(history.dismissed.get(productId) ?? 0, toDay(day)))
    else if (!history.bought.has(productId)) history.interested.add(productId)
  }
}
