import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'
import { NotFoundError } from '../../../shared/errors/index.ts'
import { compareMart } from './compare.ts'
import { findPair, martsOf, type Publication, type PublishedMart } from './publications.ts'

const input = z.strictObject({
  from: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Number of the earlier publication, as in the schema mart_<n>; default: the one before `to`'),
  to: z.number().int().min(1).optional().describe('Number of the later one; default: the current one'),
  mart: z.string().max(63).optional().describe('Only this mart; default: every one'),
  examples: z.number().int().min(0).max(100).default(5).describe('Rows shown of each mart'),
})

const publication = z.object({ number: z.number(), publishedAt: z.string(), builtAt: z.string() })
const count = z.number()

const output = z.object({
  from: publication,
  to: publication,
  kept: z.array(publication).describe('Publications that can be compared, newest first'),
  marts: z.array(
    z.object({
      mart: z.string(),
      rowsBefore: count,
      rowsAfter: count,
      added: count,
      removed: count,
      changed: count.describe('Rows of one key that differ in a column'),
      columns: z
        .array(z.object({ column: z.string(), changed: count }))
        .describe('In which columns, most first'),
      examples: z.array(
        z.object({
          change: z.enum(['added', 'removed', 'changed']),
          key: z.record(z.string(), z.unknown()),
          columns: z
            .record(z.string(), z.object({ before: z.unknown(), after: z.unknown() }))
            .describe('Those that differ; of a row that is new or gone none'),
        }),
      ),
    }),
  ),
  appeared: z.array(z.string()).describe('Marts that the earlier one does not have'),
  disappeared: z.array(z.string()).describe('Marts that the later one does not have'),
})

/** What changed between two builds that were published, row by row, as far as the caller may see the rows. */
export default defineFunction({
  name: 'compare-builds',
  summary: 'What changed between two builds: by mart, key and column, in counts and examples',
  access: 'user',
  readOnly: true,
  uses: ['store'] as const,
  input,
  output,
  timeoutMs: 5 * 60_000,

  handle: ({ from, to, mart, examples }, { resources: { store }, caller }) =>
    store.transaction(
      async ({ query }) => {
        const { earlier, later, kept } = await findPair(query, { from, to })
        const before = martsOf(earlier, caller)
        const after = martsOf(later, caller)
        const names = after.filter(({ mart: name }) => before.some(each => each.mart === name))
        const missing = (from: typeof before, there: typeof before) =>
          from.map(each => each.mart).filter(name => !there.some(each => each.mart === name))
        const wanted = mart === undefined ? names : names.filter(each => each.mart === mart)
        if (mart !== undefined && wanted.length === 0) throw unknownMart(mart, names)
        const marts = []
        for (const each of wanted) {
          const old = before.find(({ mart: name }) => name === each.mart) ?? each
          marts.push(
            await compareMart(query, { before: old, after: each }, { earlier, later, caller, examples }),
          )
        }
        return {
          from: toSummary(earlier),
          to: toSummary(later),
          kept: kept.map(toSummary),
          marts,
          appeared: missing(after, before),
          disappeared: missing(before, after),
        }
      },
      { readOnly: true },
    ),
})

const toSummary = ({ number, publishedAt, builtAt }: Publication) => ({
  number,
  publishedAt: publishedAt.toISOString(),
  builtAt: builtAt.toISOString(),
})

function unknownMart(mart: string, both: PublishedMart[]): NotFoundError {
  const known = both.map(each => each.mart).join(', ')
  return new NotFoundError(`no mart ${JSON.stringify(mart)} in both: there are ${known}`, { field: 'mart' })
}
