import { z } from 'zod'
import { defineFunction, storableText } from '../../../shared/contract/index.ts'
import { loadGraph } from '../../../shared/lineage/index.ts'
import { declareJobs } from './declare-jobs.ts'
import { findColumn, findDataset } from './find.ts'
import { makeGraph } from './graph.ts'
import { walk } from './walk.ts'

const MAX_DEPTH = 30

const input = z.strictObject({
  dataset: storableText(500)
    .optional()
    .describe(
      'Such as mart.fct_sale, warehouse.stg_sale, lake.<system>.<table>, cdc.<system>.<table>, source.<system>.<table> or search.product; without it, the names of all',
    ),
  column: storableText(500).optional().describe('Only what this column is made of, and what is made of it'),
  direction: z
    .enum(['upstream', 'downstream', 'both'])
    .default('both')
    .describe('What feeds it, what it feeds, or both'),
  depth: z.number().int().min(1).max(MAX_DEPTH).default(MAX_DEPTH).describe('At most so many steps away'),
})

const place = z.object({ dataset: z.string(), column: z.string() })

const output = z.object({
  dataset: z.string().nullable(),
  column: z.string().nullable(),
  datasets: z.array(
    z.object({
      dataset: z.string(),
      columns: z.array(z.string()).describe('All of them, or those that the column has to do with'),
      version: z.string().nullable().describe('Written last, such as a Delta version'),
      writtenAt: z.iso.datetime().nullable(),
    }),
  ),
  jobs: z.array(
    z.object({
      job: z.string(),
      function: z.string(),
      state: z.enum(['done', 'failed']).nullable().describe('Of its last run; null where it has not run yet'),
      startedAt: z.iso.datetime().nullable(),
      endedAt: z.iso.datetime().nullable(),
      calls: z.number().int(),
      problem: z.string().nullable(),
    }),
  ),
  edges: z
    .array(
      z.object({
        job: z.string(),
        dataset: z.string(),
        direction: z.enum(['reads', 'writes']),
        version: z.string().nullable(),
      }),
    )
    .describe('What each job reads and writes, and on which version it last did'),
  columns: z
    .array(z.object({ job: z.string(), from: place, to: place }))
    .describe('Which columns become which, where that is known'),
})

/** Where a dataset or a column comes from and what is made of it. For operators: names of tables and columns are of every source. */
export default defineFunction({
  name: 'show-lineage',
  summary: 'What feeds a table or a column, what it feeds, and when that last ran',
  access: 'operator',
  readOnly: true,
  uses: ['store', 'sources'] as const,
  input,
  output,
  example: { dataset: 'mart.agg_sales_weekly', column: 'amount', direction: 'upstream' },

  async handle({ dataset, column, direction, depth }, { resources: { store, sources } }) {
    const recorded = await store.transaction(({ query }) => loadGraph(query), { readOnly: true })
    const graph = makeGraph(declareJobs(sources, recorded))
    if (dataset === undefined) return graph.list()
    const from = findDataset(graph, dataset)
    const own = column === undefined ? undefined : findColumn(graph, from, column)
    return walk(graph, { dataset: from, column: own, direction, depth })
  },
})
