import pg from 'pg'
import type { SecretUrl, Source } from '../../config/index.ts'
import { ConfigError } from '../../errors/index.ts'
import { slotOf } from './inspect.ts'
import { connectSource } from './prepare.ts'

/** Drops our slot, and our publication if our role owns it. @returns what was dropped */
export async function forgetSource(url: SecretUrl, source: Source): Promise<string[]> {
  const name = slotOf(source)
  const client = await connectSource(url)
  try {
    const { rows: slots } = await client.query<{ is_used: boolean }>(
      `select active as is_used from pg_replication_slots where slot_name = $1 and database = current_database()`,
      [name],
    )
    if (slots[0]?.is_used)
      throw new ConfigError(
        `${source.file}: slot ${name} is in use: stop what follows ${source.system} first`,
      )
    const { rows: publications } = await client.query<{ owner: string; is_own: boolean }>(
      `select pg_get_userbyid(pubowner)::text as owner, pubowner = current_user::regrole as is_own
       from pg_publication where pubname = $1`,
      [name],
    )
    const [publication] = publications
    if (slots[0]) await client.query('select pg_drop_replication_slot($1)', [name])
    if (publication?.is_own) await client.query(`drop publication ${pg.escapeIdentifier(name)}`)
    return [
      ...(slots[0] ? [`slot ${name} was dropped`] : []),
      ...(publication?.is_own ? [`publication ${name} was dropped`] : []),
      ...(publication && !publication.is_own
        ? [`publication ${name} stays, for it is of the role ${publication.owner}: drop publication ${name}`]
        : []),
    ]
  } finally {
    await client.end()
  }
}
