import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { OutageError } from '../../../shared/errors/index.ts'
import { checkLease, type Lease, type Store, type Transaction } from '../../../shared/store/index.ts'
import type { Published } from './copy.ts'
import { type Publication, recordPublication } from './record.ts'
import { grantToReaders, viewSql } from './rights.ts'

const quote = pg.escapeIdentifier

/**
 * A view is moved under an exclusive lock, and readers queue behind it: so the lock timeout is
 * short, and it is retried while a long query reads the view.
 */
export const LOCK_TIMEOUT_MS = 50
const LOCK_ATTEMPTS = 200
const RETRY_MIN_MS = 50
const RETRY_MAX_MS = 1000

/** Moves every view in one transaction, together with the record of what they show; tries again while one is in use. */
export async function moveViews(
  store: Store,
  publication: Publication,
  { number, lease, signal }: { number: number; lease: Lease; signal: AbortSignal },
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await store.transaction(async transaction => {
        await transaction.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`)
        // Another process now publishes something newer.
        await checkLease(transaction.query, lease)
        await replaceViews(transaction, publication.published, number)
        await recordPublication(transaction.query, publication, number)
      })
      return
    } catch (error) {
      if (!isLockTimeout(error)) throw error
      if (attempt === LOCK_ATTEMPTS)
        throw new OutageError(
          'store',
          'the marts cannot be replaced: a transaction holds one of their views',
          {
            cause: error,
          },
        )
      await sleep(Math.min(RETRY_MIN_MS * attempt, RETRY_MAX_MS) * (0.5 + Math.random()), undefined, {
        signal,
      })
    }
  }
}

export function isLockTimeout(error: unknown): boolean {
  const code = (error as { code?: string }).code
  return code === '55P03' || code === '40P01'
}

async function replaceViews({ query }: Transaction, published: Published[], number: number): Promise<void> {
  const existing = await readViews(query)
  const [{ owner = '' } = {}] = await query<{ owner: string }>('select current_user as owner')
  for (const gone of existing.keys())
    if (!published.some(mart => mart.name === gone)) await query(`drop view mart.${quote(gone)}`)
  // In one order everywhere, so that two publications cannot lock each other out.
  for (const mart of published.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const view = `mart.${quote(mart.name)}`
    const before = existing.get(mart.name)
    // Postgres replaces a view only where its columns stay and new ones come last.
    const grants = before && !isExtension(before, mart) ? await readGrants(query, mart.name) : undefined
    if (grants) await query(`drop view ${view}`)
    await query(viewSql(mart, `mart_${number}`, owner))
    await query(`comment on view ${view} is ${pg.escapeLiteral(mart.description)}`)
    for (const { grantee, privilege } of grants ?? [])
      await query(`grant ${privilege} on ${view} to ${grantee}`)
  }
  await grantToReaders(query, published)
}

type Column = { name: string; type: string }

async function readViews(query: Transaction['query']): Promise<Map<string, Column[]>> {
  const rows = await query<{ view: string; columns: Column[] }>(
    `select c.relname as view, jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum) as columns
     from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'mart'::regnamespace and c.relkind = 'v' and c.relname in (select mart from ops.mart where schema_number is not null)
     group by c.relname`,
  )
  return new Map(rows.map(row => [row.view, row.columns]))
}

/** `format_type` has longer names for two of ours. */
const FORMATTED: Record<string, string> = {
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
}

function isExtension(before: Column[], after: Published): boolean {
  return before.every((column, i) => {
    const type = after.types[i] ?? ''
    return column.name === after.columns[i]?.name && column.type === (FORMATTED[type] ?? type)
  })
}

/** Rights that others have on the view and would lose with it. */
async function readGrants(
  query: Transaction['query'],
  view: string,
): Promise<{ grantee: string; privilege: string }[]> {
  return await query(
    `select case a.grantee when 0 then 'public' else a.grantee::regrole::text end as grantee, a.privilege_type as privilege
     from pg_class c cross join aclexplode(c.relacl) a
     where c.relnamespace = 'mart'::regnamespace and c.relname = $1 and a.grantee <> c.relowner`,
    [view],
  )
}
