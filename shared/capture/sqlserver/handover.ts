import { type Lsn, lsnOfDecimal, readLsn } from './lsn.ts'
import { errorNumber, type Session } from './session.ts'
import * as statements from './statements.ts'

/** A table's rows, and the place in the log that they are of: every change before it is in them. */
export type Handover = {
  session: Session
  place: Lsn
  /** Whether they hold no later change; else the later ones come again, and the state is right once they have. */
  isExact: boolean
  /** The source's clock when it began. */
  at: Date
  openedMs: number
  close(): Promise<void>
}

const LOCK_TIMEOUT = 1222
const DEADLOCK_VICTIM = 1205
const SNAPSHOT_CONFLICT = 3960
const CHANGED_MEANWHILE = 3961
/** A table is changed, or locked by somebody who writes to it: the same may succeed a little later. */
export const isPassing = (error: unknown): boolean =>
  [LOCK_TIMEOUT, DEADLOCK_VICTIM, SNAPSHOT_CONFLICT, CHANGED_MEANWHILE].includes(errorNumber(error) ?? 0)

const NO_SNAPSHOTS = 3952
const NOT_PERMITTED = [229, 230, 262, 297, 300, 371]
/** An exact place cannot be had here. */
const isRefused = (error: unknown): boolean =>
  [NO_SNAPSHOTS, ...NOT_PERMITTED].includes(errorNumber(error) ?? 0)

/** Opens a session at the server that tables are read from. */
export type OpenSession = () => Promise<Session>

/**
 * Opens a table's rows as of an exact place in the log. One session holds a shared lock on the table, so that nobody has a
 * change of it under way; meanwhile another begins to read as of that moment, and a savepoint has it write its own place to
 * the log. The lock is gone after some milliseconds; the snapshot lasts until it is closed.
 * @returns undefined where the server has no snapshots, or does not tell the place
 * @throws an error for which `isPassing` holds where somebody writes to the table for longer than two seconds
 */
export async function openExactly(
  open: OpenSession,
  schema: string,
  table: string,
): Promise<Handover | undefined> {
  const locker = await open()
  const session = await open().catch(async error => {
    await locker.close()
    throw error
  })
  try {
    await locker.query(statements.lockTable.text(schema, table))
    await session.query(statements.beginSnapshot.text())
    const [row] = await session.query(statements.readPlace.text())
    const at = await readNow(session)
    if (typeof row?.[0] === 'string')
      return { session, place: lsnOfDecimal(row[0]), isExact: true, at, ...opened(session) }
  } catch (error) {
    if (!isRefused(error)) {
      await session.close()
      throw error
    }
  } finally {
    await locker.query(statements.rollBack.text()).catch(() => {})
    await locker.close()
  }
  await session.close()
  return undefined
}

/** Opens a table's rows as they are now, for a place that was followed already. */
export async function openReplayed(open: OpenSession, place: Lsn): Promise<Handover> {
  const session = await open()
  const at = await readNow(session)
  return { session, place, isExact: false, at, ...opened(session) }
}

const opened = (session: Session) => ({
  openedMs: performance.now(),
  async close() {
    await session.query(statements.rollBack.text()).catch(() => {})
    await session.close()
  },
})

async function readNow(session: Session): Promise<Date> {
  const [row] = await session.query(statements.readClock.text())
  return row?.[1] as Date
}

/** The last place that the change tables of a server are complete up to; undefined where its capture job has not run yet. */
export async function readLatestLsn(session: Session): Promise<Lsn | undefined> {
  const [row] = await session.query(statements.readLog.text(), { reached: { lsn: 0n } })
  return row && readLsn(row[0])
}
