import { hasAccess, type Identity } from '../../../shared/contract/index.ts'
import { NotFoundError } from '../../../shared/errors/index.ts'
import type { Query } from '../../../shared/store/index.ts'

/** A mart of a publication, whose rows are in the schema `mart_<number>`. */
export type PublishedMart = {
  mart: string
  key: string[]
  columns: { name: string; type: string }[]
  access: string
  rowRules: Record<string, string>
  rows: number
}

export type Publication = { number: number; publishedAt: Date; builtAt: Date; marts: PublishedMart[] }

/** The marts that a caller may read. */
export const martsOf = ({ marts }: Publication, caller: Identity): PublishedMart[] =>
  marts.filter(({ access }) => hasAccess(caller, access))

/**
 * Two publications whose rows are still there.
 * @throws NotFoundError with the numbers of those that are
 */
export async function findPair(
  query: Query,
  { from, to }: { from?: number | undefined; to?: number | undefined },
): Promise<{ earlier: Publication; later: Publication; kept: Publication[] }> {
  const kept = await query<Publication>(
    `select number, published_at as "publishedAt", built_at as "builtAt", marts from ops.publication order by number desc`,
  )
  const later = to === undefined ? kept[0] : kept.find(({ number }) => number === to)
  if (!later) throw notKept('to', to, kept)
  const earlier =
    from === undefined
      ? kept.find(({ number }) => number < later.number)
      : kept.find(({ number }) => number === from)
  if (!earlier) throw notKept('from', from, kept)
  return { earlier, later, kept }
}

function notKept(field: string, number: number | undefined, kept: Publication[]): NotFoundError {
  const known = kept.map(each => each.number).join(', ')
  const why =
    number !== undefined
      ? `no publication ${number} is kept`
      : 'there are no two publications to compare yet: the second one comes with the next build'
  return new NotFoundError(known ? `${why}; kept are ${known}` : why, { field })
}
