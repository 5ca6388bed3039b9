import type { Identity } from '../contract/index.ts'
import { NotFoundError } from '../errors/index.ts'
import type { Query } from '../store/index.ts'
import type { WrittenReport } from './render/written.ts'

/** How long a report can be had again. */
const KEPT_DAYS = 400

/** A report as it was written; undefined where it was not. */
export async function findKept(query: Query, id: string): Promise<WrittenReport | undefined> {
  const [row] = await query<{ body: string }>('select body from report.written where id = $1', [id])
  return row && (JSON.parse(row.body) as WrittenReport)
}

/** Keeps a report, and returns the one that stays: of two that are written at once the first. */
export async function keep(query: Query, report: WrittenReport, rights: string): Promise<WrittenReport> {
  const { id, report: kind, language, period } = report
  await query(
    `insert into report.written (id, kind, language, period_from, period_to, rights, body)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [id, kind, language, period.from, period.to, rights, JSON.stringify(report)],
  )
  await query("delete from report.written where written_at < now() - $1 * interval '1 day'", [KEPT_DAYS])
  return (await findKept(query, id)) ?? report
}

/**
 * A report that was written before, for those who see what it was written from.
 * @throws NotFoundError where there is none, or it is of rows that the caller may not see
 */
export async function getKept(
  query: Query,
  id: string,
  { rights, caller }: { rights: string; caller: Identity },
): Promise<WrittenReport> {
  const [row] = await query<{ body: string; rights: string }>(
    'select body, rights from report.written where id = $1',
    [id],
  )
  if (row && (caller.isOperator || row.rights === rights)) return JSON.parse(row.body) as WrittenReport
  throw new NotFoundError(
    `there is no report ${JSON.stringify(id)}, it is older than ${KEPT_DAYS} days, or it has rows that you may not see`,
    { field: 'id' },
  )
}
