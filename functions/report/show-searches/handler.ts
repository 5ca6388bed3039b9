import { z } from 'zod'
import { defineFunction, type Identity } from '../../../shared/contract/index.ts'
import { asOfMart, findMart, tableOf } from '../../../shared/marts/index.ts'
import { findMetric, readMetric } from '../../../shared/metrics/index.ts'
import type { Query } from '../../../shared/store/index.ts'
import { readComparison, readFailing } from './failing.ts'

const DAY_MS = 86_400_000

const input = z.strictObject({
  days: z.number().int().min(1).max(90).default(28).describe('Days that are counted, up to today'),
  limit: z.number().int().min(1).max(100).default(20).describe('How many failing queries'),
})

const share = z.number().nullable().describe('From 0 to 1; null where nothing is counted')

export const searchesSchema = z.object({
  from: z.iso.date().describe('First day that is counted, in UTC'),
  searches: z.number(),
  zeroResultRate: share,
  clickThroughRate: share,
  meanReciprocalRank: share,
  reformulationRate: share,
  failing: z
    .array(
      z.object({
        queryKey: z.string(),
        text: z.string().nullable().describe('As it was typed last; null where the text is not kept'),
        searches: z.number().int(),
        foundNothing: z.number().int(),
        reformulated: z.number().int(),
        clicks: z.number().int(),
        firstClickPosition: z.number().nullable(),
        lastSearchedAt: z.iso.datetime(),
        failingScore: z.number(),
      }),
    )
    .describe('Queries that fail most (agg_search_query), over the last 90 days with searches'),
  texts: z.enum(['off', 'hashed', 'kept']).describe('The setting SEARCH_QUERIES'),
  ranking: z.enum(['plain', 'learned', 'interleaved']).describe('The setting SEARCH_RANKING'),
  comparison: z
    .object({
      searches: z.number().int(),
      preferLearned: z.number().int(),
      preferPlain: z.number().int(),
      share: z
        .number()
        .nullable()
        .describe('Of those that prefer either, the share that prefers the learnt one'),
      low: z.number().nullable(),
      high: z.number().nullable(),
      p: z.number().nullable(),
      winner: z.enum(['learned', 'plain', 'undecided']),
    })
    .nullable()
    .describe('Of two interleaved rankings (agg_search_comparison)'),
  builtAt: z.iso.datetime(),
  asOf: z.object({ changedAt: z.string().nullable(), position: z.string().nullable() }),
})

/** How well what people search for is found, from the published marts; what they typed is joined here, where it is kept. */
export default defineFunction({
  name: 'show-searches',
  summary: 'What people search for, what they do not find, and which ranking they prefer',
  access: 'operator',
  readOnly: true,
  uses: ['store'] as const,
  input,
  output: searchesSchema,
  example: { days: 28, limit: 5 },

  handle: ({ days, limit }, { resources: { store }, settings, caller, lineage }) =>
    store.transaction(
      async ({ query }) => {
        const from = new Date(Date.now() - (days - 1) * DAY_MS).toISOString().slice(0, 10)
        const number = async (name: string) => await readNumber(query, name, { from, caller })
        const mart = await findMart(query, 'agg_search_query', caller, 'days')
        const searches = await findMart(query, 'fct_search', caller, 'days')
        const compared = await findMart(query, 'agg_search_comparison', caller, 'days')
        lineage({
          reads: [mart, searches, compared].map(each => ({ dataset: `mart.${each.mart}` })),
        })
        return {
          from,
          searches: (await number('searches')) ?? 0,
          zeroResultRate: await number('search_zero_result_rate'),
          clickThroughRate: await number('search_click_through_rate'),
          meanReciprocalRank: await number('search_mean_reciprocal_rank'),
          reformulationRate: await number('search_reformulation_rate'),
          failing: await readFailing(query, { queries: tableOf(mart), searches: tableOf(searches), limit }),
          texts: settings.SEARCH_QUERIES,
          ranking: settings.SEARCH_RANKING,
          comparison: await readComparison(query, tableOf(compared)),
          builtAt: mart.builtAt.toISOString(),
          asOf: asOfMart(mart),
        }
      },
      { readOnly: true },
    ),
})

async function readNumber(query: Query, name: string, { from, caller }: { from: string; caller: Identity }) {
  const metric = await findMetric(query, name)
  const { rows } = await readMetric(query, metric, { by: [], from, filters: {}, limit: 1 }, caller)
  const value = rows[0]?.value ?? null
  return value === null ? null : Number(value)
}
