import { hasAccess, type Identity } from '../contract/index.ts'
import { NotFoundError } from '../errors/index.ts'
import type { Query } from '../store/index.ts'

/** Names the marts that the caller may read. */
export async function unknownMart(
  query: Query,
  mart: string,
  caller: Identity,
  field: string,
): Promise<NotFoundError> {
  const marts = await query<{ mart: string; access: string }>(
    'select mart, access from ops.mart order by mart',
  )
  const own = marts.filter(({ access }) => hasAccess(caller, access))
  const known = marts.length > 0 ? `there are ${own.map(row => row.mart).join(', ')}` : await whyNone(query)
  return new NotFoundError(`no mart ${JSON.stringify(mart)}: ${known}`, { field })
}

/** Before the first publication: what is running, by its lease, or when the marts will come. */
async function whyNone(query: Query): Promise<string> {
  const held = await query<{ name: string }>(
    `select name from ops.lease where name in ('build-warehouse', 'publish-marts') and expires_at > now()`,
  )
  const isHeld = (name: string) => held.some(lease => lease.name === name)
  if (isHeld('publish-marts')) return 'the first are being published: ask again in a few seconds'
  if (isHeld('build-warehouse'))
    return 'none has been published yet: a build is running, and its marts follow a few seconds after it'
  return 'none has been published yet: that happens a few seconds after a build, which build-warehouse starts'
}
