import type { Query } from '../store/index.ts'
import { boundText } from '../text/index.ts'
import { type RecentInteraction, readRecent } from './recent.ts'
import { addPurchase, emptyHistory, type History, toDay } from './scoring/history.ts'

type Row = {
  bought: [string, number[]][]
  interested: string[]
  returned: string[]
  dismissed: [string, number][]
  territory_id: string | null
}

/** What a client did until the latest build, and since. @returns undefined of a client who is not known */
export async function readHistory(query: Query, clientId: string): Promise<History | undefined> {
  const [[row], recent, [client]] = await Promise.all([
    query<Row>(
      'select bought, interested, returned, dismissed, territory_id from propositions.history where client_id = $1',
      [boundText(clientId)],
      { name: 'propositions.history' },
    ),
    readRecent(query, clientId),
    query<{ is_gone: boolean }>(
      'select is_gone from propositions.client where client_id = $1',
      [boundText(clientId)],
      { name: 'propositions.client' },
    ),
  ])
  if (client?.is_gone) return undefined
  if (!row && recent.length === 0 && !client) return undefined
  const history = row ? fromRow(row) : emptyHistory()
  follow(history, recent)
  return history
}

function fromRow(row: Row): History {
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
