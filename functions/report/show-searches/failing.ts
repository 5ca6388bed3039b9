import type { Query } from '../../../shared/store/index.ts'

type FailingRow = {
  query_key: string
  text: string | null
  search_count: number
  found_nothing_count: number
  reformulated_count: number
  click_count: number
  first_click_position: string | null
  last_searched_at: Date
  failing_score: string
}

/** The queries that fail most, each with its text as it was typed last, where that is kept. */
export async function readFailing(
  query: Query,
  { queries, searches, limit }: { queries: string; searches: string; limit: number },
) {
  const rows = await query<FailingRow>(
    `with failing as (
       select * from ${queries} where failing_score > 0 order by failing_score desc, search_count desc, query_key limit $1
     ),
     texts as (
       select distinct on (s.query_key) s.query_key, t.query as text
       from ${searches} s join search.query_text t on t.search_id = s.search_id::uuid and t.expires_at > now()
       where s.source_system = 'cordage' and s.query_key in (select query_key from failing)
       order by s.query_key, s.searched_at desc
     )
     select failing.*, texts.text from failing left join texts using (query_key)
     order by failing_score desc, search_count desc, query_key`,
    [limit],
  )
  return rows.map(row => ({
    queryKey: row.query_key,
    text: row.text,
    searches: row.search_count,
    foundNothing: row.found_nothing_count,
    reformulated: row.reformulated_count,
    clicks: row.click_count,
    firstClickPosition: numberOf(row.first_click_position),
    lastSearchedAt: row.last_searched_at.toISOString(),
    failingScore: Number(row.failing_score),
  }))
}

type ComparisonRow = {
  search_count: number
  preferred_count: number
  plain_preferred_count: number
  preferred_share: string | null
  share_low: string | null
  share_high: string | null
  p_value: string | null
  winner: 'learned' | 'plain' | 'undecided'
}

/** @returns null where nothing was interleaved */
export async function readComparison(query: Query, table: string) {
  const [row] = await query<ComparisonRow>(`select * from ${table} where ranking = 'learned'`)
  if (!row) return null
  return {
    searches: row.search_count,
    preferLearned: row.preferred_count,
    preferPlain: row.plain_preferred_count,
    share: numberOf(row.preferred_share),
    low: numberOf(row.share_low),
    high: numberOf(row.share_high),
    p: numberOf(row.p_value),
    winner: row.winner,
  }
}

const numberOf = (text: string | null) => (text === null ? null : Number(text))
