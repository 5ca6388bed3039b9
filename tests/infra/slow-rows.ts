import { setTimeout as sleep } from 'node:timers/promises'
import type { Recogniser } from '../../stacks/sqlserver-double/answers/registry.ts'
import type { DoubleSession } from '../../stacks/sqlserver-double/answers/session.ts'
import type { Answer } from '../../stacks/sqlserver-double/tds/answer.ts'
import type { Row } from '../../stacks/sqlserver-double/tds/rows.ts'

/** A statement whose rows come slowly while it is asked for: a reader can be killed between them. */
export function slowly(
  statement: Recogniser<DoubleSession>,
  pace: { pauseMs: number },
): Recogniser<DoubleSession> {
  return { ...statement, answer: asked => slowDown(statement.answer(asked), pace) }
}

async function* slowDown(answer: Answer, pace: { pauseMs: number }): Answer {
  for await (const part of answer)
    yield 'rows' in part && pace.pauseMs > 0 ? { ...part, rows: pause(part.rows, pace) } : part
}

async function* pause(rows: Iterable<Row> | AsyncIterable<Row>, pace: { pauseMs: number }) {
  for await (const row of rows) {
    await sleep(pace.pauseMs)
    yield row
  }
}
