import type { z } from 'zod'
import type { Interpretation } from './interpret.ts'
import type { Filters, SearchRow } from './query.ts'
import type { input } from './schema.ts'

/** What was asked for goes before what was read in the query; a colour that leaves nothing is no filter. */
export async function findWithin(
  find: (filters: Filters) => Promise<SearchRow>,
  { filters: read, colours, notColours, notWords }: Interpretation,
  given: z.output<typeof input>['filters'],
) {
  const refused = {
    ...(notColours.length > 0 && { notColours }),
    ...(notWords.length > 0 && { notWords }),
  }
  const applied = { ...read, ...given }
  if (colours.length > 0 && given.color === undefined) {
    const found = await find({ ...applied, ...refused, colours })
    if (found.total > 0) return { found, applied: { ...applied, color: colours.join(', ') } }
  }
  return { found: await find({ ...applied, ...refused }), applied }
}
