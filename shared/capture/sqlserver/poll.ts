import { type Lsn, readLsn } from './lsn.ts'
import type { LogEntry } from './progress.ts'
import type { Session } from './session.ts'
import { readGuards, readLog } from './statements.ts'

/** What the catalogue of change tables says at one moment, by the number of each instance's change table. */
export type Guards = Map<number, { sourceId: number; startLsn: Lsn; ddlLsn: Lsn }>

export async function readCaptureGuards(session: Session): Promise<Guards> {
  const rows = await session.query(readGuards.text())
  return new Map(
    rows.map(([objectId, sourceId, , startLsn, ddlLsn]) => [
      Number(objectId),
      {
        sourceId: Number(sourceId),
        startLsn: readLsn(startLsn),
        ddlLsn: ddlLsn === null ? 0n : readLsn(ddlLsn),
      },
    ]),
  )
}

/** The log's last entry, at the server's local time. */
export type Latest = LogEntry & { localTime: Date }

/**
 * The last entry of the log that the change tables are complete up to.
 * @param known the last that was read
 * @param explain why that one is not there
 */
export async function readLatest(
  session: Session,
  known: LogEntry | undefined,
  explain: () => Promise<Error>,
): Promise<Latest | undefined> {
  const rows = await session.query(readLog.text(), { reached: { lsn: known?.lsn ?? 0n } })
  const entries = rows.map(readEntry)
  const isThere = entries.some(
    entry => entry.lsn === known?.lsn && entry.transaction === known.transaction && entry.at === known.at,
  )
  if (known && !isThere) throw await explain()
  return entries.reduce<Latest | undefined>(
    (last, entry) => (last && last.lsn >= entry.lsn ? last : entry),
    undefined,
  )
}

function readEntry([lsn, time, transaction]: unknown[]): Latest {
  const localTime = time as Date
  return {
    lsn: readLsn(lsn),
    transaction: Buffer.isBuffer(transaction) ? transaction.toString('hex') : '',
    at: localTime.toISOString(),
    localTime,
  }
}
