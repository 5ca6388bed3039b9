import { setTimeout as sleep } from 'node:timers/promises'
import { BadInputError } from '../../../shared/errors/index.ts'
import type { Query } from '../../../shared/store/index.ts'

/** Checks take seconds and begin with the build. */
const PATIENCE_MS = 120_000
const LOOK_EVERY_MS = 500
/** How many checks an answer names. */
const MOST_NAMED = 10

type Run = { run_id: string; state: 'passed' | 'warned' | 'failed'; problem: string | null }

/**
 * Waits until a build has been checked.
 * @throws BadInputError: 409 with the checks that failed, 503 where nobody has checked it in two minutes
 */
export async function requireChecked(query: Query, builtAt: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    const [run] = await query<Run>(
      'select run_id, state, problem from ops.quality_run where built_at = $1 order by run_id desc limit 1',
      [builtAt],
    )
    if (run?.state === 'failed') throw await toRefusal(query, run)
    if (run) return
    if (performance.now() > until)
      throw new BadInputError('the build has not been checked: run check-quality', {
        status: 503,
        reason: 'not_checked',
      })
    await sleep(LOOK_EVERY_MS, undefined, { signal })
  }
}

async function toRefusal(query: Query, { run_id, problem }: Run): Promise<BadInputError> {
  const failed = await query<{ check_name: string; model: string; failing: string }>(
    `select check_name, model, failing from ops.quality_result
     where run_id = $1 and state = 'failed' and severity = 'critical' order by model, check_name`,
    [run_id],
  )
  const named = failed
    .slice(0, MOST_NAMED)
    .map(row => `${row.check_name} of ${row.model} (${row.failing} rows)`)
  const more = failed.length > MOST_NAMED ? `, and ${failed.length - MOST_NAMED} more` : ''
  return new BadInputError(
    `the build is not published, and the previous marts stay (what to do: docs/playbooks/failed-checks.md): ${problem ?? `checks failed: ${named.join(', ')}${more}`}`,
    { status: 409, reason: 'failed_checks' },
  )
}
