import { z } from 'zod'
import { makeOwnSource } from '../../../shared/capture/own/source.ts'
import { defineFunction } from '../../../shared/contract/index.ts'
import type { Vault } from '../../../shared/privacy/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { compareOutcomes, estimateExamination } from './click-model.ts'
import { type Evidence, weighOutcomes } from './evidence.ts'
import { readImpressions } from './impressions.ts'

/** Queries that nobody has asked for this long are forgotten. */
const KEPT_DAYS = 180

const output = z.object({
  state: z.enum(['learnt', 'off', 'no_marts']).describe('off: SEARCH_RANKING is plain'),
  impressions: z.number().int().describe('Different products at different places that queries have shown'),
  queries: z.number().int().describe('Different queries for which something was learnt'),
  products: z.number().int().describe('Products of which something was learnt, whatever was asked'),
  examination: z
    .array(z.number())
    .describe('How often each of the first ten places is looked at, as estimated; the first always'),
})
const NOTHING = { impressions: 0, queries: 0, products: 0, examination: [] }

/**
 * Learns from clicks how to rank (docs/search.md): what came of the products that queries showed, corrected for where they
 * stood. All that was learnt is replaced in one transaction, made again from the marts: a repeat makes the same.
 */
export default defineFunction({
  name: 'learn-clicks',
  summary: 'Learns from clicks in which order search should show what it finds',
  access: 'internal',
  uses: ['store', 'privacy'] as const,
  input: z.strictObject({}),
  output,
  timeoutMs: 5 * 60_000,

  init: ({ resources: { privacy } }) => ({ toLakeKey: makeLakeKey(privacy.vaultOf(OWN.system)) }),

  async handle(_, { state: { toLakeKey }, resources: { store }, settings, caller, signal, lineage }) {
    if (settings.SEARCH_RANKING === 'plain') return { state: 'off' as const, ...NOTHING }
    const impressions = await readImpressions(store.query, caller)
    if (!impressions) return { state: 'no_marts' as const, ...NOTHING }
    const examination = await estimateExamination(impressions, signal)
    const learnt = weighOutcomes(compareOutcomes(impressions, examination))
    await store.query('delete from search.query_key where seen_on < current_date - $1::int', [KEPT_DAYS])
    const keys = await store.query<{ key: string }>('select key from search.query_key')
    const known = new Map([['', ''], ...keys.map(({ key }) => [toLakeKey(key), key] as const)])
    const kept = learnt.flatMap(each => {
      const queryKey = known.get(each.queryKey)
      return queryKey === undefined ? [] : { ...each, queryKey }
    })
    await replaceEvidence(store, kept)
    lineage({
      reads: [{ dataset: 'mart.fct_search' }, { dataset: 'mart.fct_client_interaction' }],
      writes: [{ dataset: 'search.click_evidence' }],
    })
    return {
      state: 'learnt' as const,
      impressions: impressions.length,
      queries: new Set(kept.map(({ queryKey }) => queryKey).filter(Boolean)).size,
      products: kept.filter(({ queryKey }) => queryKey === '').length,
      examination: examination.slice(0, 10).map(each => Math.round(each * 1000) / 1000),
    }
  },
})

const OWN = makeOwnSource()

/** How a key that an answer knows a query by is found in the lake: hashed by the system's key, as admission does it. */
function makeLakeKey(vault: Vault): (key: string) => string {
  const table = OWN.tables.find(({ name }) => name === 'Search')
  if (!table) throw new Error("Cordage's own system has no table Search")
  return key => String(vault.treat(table, { QueryKey: key }, undefined).QueryKey)
}

async function replaceEvidence(store: Store, evidence: Evidence[]): Promise<void> {
  await store.transaction(async ({ query }) => {
    // Two at once would each add to what the other has removed. Searches read on.
    await query('lock table search.click_evidence in share row exclusive mode')
    await query('delete from search.click_evidence')
    await query(
      `insert into search.click_evidence (query_key, product_id, evidence)
       select * from unnest($1::text[], $2::text[], $3::real[])`,
      [
        evidence.map(({ queryKey }) => queryKey),
        evidence.map(({ productId }) => productId),
        evidence.map(each => each.evidence),
      ],
    )
  })
}
