import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Answer, Part } from './answer.ts'
import { SqlError } from './errors.ts'
import type { Outgoing } from './packets.ts'
import { beginRows } from './rows.ts'
import { DONE, type DoneKind, writeDone, writeEnvironment, writeError, writeInfo } from './tokens.ts'

/** What ended an answer: nothing special, an error that was sent, or the client's attention. */
export type Outcome = SqlError | 'done' | 'cancelled'

/**
 * Sends the parts of an answer. Each result's DONE waits for what comes next, because it tells whether anything does;
 * within a procedure something always does.
 */
export async function sendAnswer(
  { out, flush, isFull }: Outgoing,
  answer: Answer,
  kind: Extract<DoneKind, 'done' | 'doneInProcedure'>,
  signal: AbortSignal,
): Promise<Outcome> {
  let owed: { status: number; count: number } | undefined
  const settle = (status: number) => {
    if (owed) writeDone(out, kind, owed.status | status, owed.count)
    owed = undefined
  }
  const more = kind === 'doneInProcedure' ? DONE.more : 0

  const sendRows = async ({ columns, rows }: Extract<Part, { rows: unknown }>) => {
    const write = beginRows(out, columns)
    let count = 0
    const pause = async () => {
      await flush()
      // Without a turn of the loop an attention would not be read before the last row.
      await nextTurn()
    }
    if (Symbol.iterator in rows) {
      for (const row of rows) {
        write(row)
        count += 1
        if (isFull()) await pause()
        if (signal.aborted) break
      }
    } else {
      for await (const row of rows) {
        write(row)
        count += 1
        if (isFull()) await pause()
        if (signal.aborted) break
      }
    }
    owed = { status: DONE.count, count }
  }

  try {
    for await (const part of answer) {
      if (signal.aborted) break
      settle(DONE.more)
      if ('rows' in part) await sendRows(part)
      else if ('changed' in part)
        owed = { status: part.changed === undefined ? 0 : DONE.count, count: part.changed ?? 0 }
      else if ('environment' in part) writeEnvironment(out, part.environment)
      else writeInfo(out, 0, part.info)
      if (isFull()) await flush()
      if (signal.aborted) break
    }
  } catch (error) {
    if (signal.aborted) return 'cancelled'
    settle(DONE.more)
    const sqlError = asSqlError(error)
    writeError(out, sqlError)
    writeDone(out, kind, DONE.error | more)
    return sqlError
  }
  if (signal.aborted) return 'cancelled'
  if (owed === undefined && kind === 'done') owed = { status: 0, count: 0 }
  settle(more)
  return 'done'
}

/** A fault of the double itself reaches the client too, under a number that SQL Server leaves to applications. */
export function asSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error
  return new SqlError(50_000, `fault of the double: ${(error as Error).stack ?? error}`)
}
