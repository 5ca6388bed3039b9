import { type OwnRow, recordRows } from '../../../shared/capture/own/record.ts'
import { makeRecorder, type Recorder } from '../../../shared/capture/own/recorder.ts'
import type { Settings } from '../../../shared/config/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { type Logger, makeCounter } from '../../../shared/telemetry/index.ts'
import { toQueryKey } from './query-key.ts'
import type { Shown } from './ranking.ts'

/** A search that was answered. */
export type Search = {
  searchId: string
  at: Date
  query: string
  clientId: string | undefined
  filters: Record<string, unknown>
  language: string
  /** How many of the first were left out before what was shown. */
  offset: number
  shown: Shown
  tookMs: number
  model: { name: string; version: string }
}

/** Searches gather for this long before they are written. */
const LINGER_MS = 1000
/** Of a page of results: whoever clicks clicks on one of these. */
const MAX_SHOWN = 50

const dropped = makeCounter({
  name: 'cordage_searches_not_recorded_total',
  help: 'Searches that were answered and could not be recorded: the store was away or too slow',
})

/** Records searches after their answers, some at a time. */
export function makeSearchRecorder(store: Store, settings: Settings, log: Logger): Recorder<Search> {
  const writeAll = (searches: Search[]) => write(store, settings, searches)
  return makeRecorder({ what: 'searches', lingerMs: LINGER_MS, write: writeAll, dropped, log })
}

async function write(
  store: Store,
  { SEARCH_QUERIES, SEARCH_QUERY_DAYS, SEARCH_RANKING }: Settings,
  searches: Search[],
): Promise<void> {
  const rows = searches.map(search => toRow(search, SEARCH_QUERIES !== 'off'))
  await recordRows(store.query, 'Search', rows)
  if (SEARCH_QUERIES !== 'off' && SEARCH_RANKING !== 'plain') await keepKeys(store, searches)
  if (SEARCH_QUERIES !== 'kept') return
  const asked = searches.filter(({ query }) => query !== '')
  await store.query(
    `insert into search.query_text (search_id, query, expires_at)
     select id, query, now() + make_interval(days => $3) from unnest($1::uuid[], $2::text[]) as asked (id, query)`,
    [asked.map(({ searchId }) => searchId), asked.map(({ query }) => storable(query)), SEARCH_QUERY_DAYS],
  )
}

/** Keys by which answers find what was learnt. Who asked, and when, is not kept with them. */
async function keepKeys(store: Store, searches: Search[]): Promise<void> {
  const keys = new Set(searches.flatMap(({ query }) => toQueryKey(query) ?? []))
  await store.query(
    `insert into search.query_key (key) select unnest($1::text[]) order by 1
     on conflict (key) do update set seen_on = excluded.seen_on where query_key.seen_on <> excluded.seen_on`,
    [[...keys]],
  )
}

function toRow(search: Search, withQuery: boolean): OwnRow {
  const { searchId, at, query, clientId, filters, language, offset, shown, tookMs, model } = search
  const results = shown.results.length
  return {
    row: {
      InteractionID: searchId,
      OccurredAt: at.toISOString(),
      Action: 'search',
      SearchID: searchId,
      ClientID: clientId ?? null,
      Query: withQuery && query !== '' ? storable(query) : null,
      QueryKey: (withQuery && toQueryKey(query)) || null,
      Filters: JSON.stringify(results > 0 ? filters : withoutTexts(filters)),
      Language: language,
      ResultCount: String(results),
      ZeroResults: results === 0 ? 't' : 'f',
      Shown: JSON.stringify(shown.results.slice(0, MAX_SHOWN).map(({ product_id }) => product_id)),
      ResultOffset: String(offset),
      Ranking: shown.ranking,
      Teams: shown.teams?.slice(0, MAX_SHOWN) ?? null,
      Model: model.name,
      ModelVersion: model.version,
      TookMs: String(tookMs),
    },
  }
}

/** The text of a filter that something passes is the catalogue's; any other may be anything that somebody typed. */
function withoutTexts(filters: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(filters).map(([name, value]) => [name, typeof value === 'string' ? null : value]),
  )
}

/** Postgres keeps no NUL in a text. */
const storable = (text: string) => text.replaceAll('\0', ' ')
