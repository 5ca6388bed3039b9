import type { Alert, Alerts } from '../../../shared/alerts/index.ts'
import { describeError } from '../../../shared/errors/index.ts'
import type { Logger } from '../../../shared/telemetry/index.ts'
import type { Judged } from './record.ts'

const PLAYBOOK = 'docs/playbooks/failed-checks.md'
const SHOWN_KEYS = 3

const keyOf = ({ check, model, severity }: Judged) => ({
  name: 'check_failed',
  severity,
  labels: { check, model },
})

function toAlert(result: Judged): Alert {
  const { check, model, severity, description, observed, expected, keys } = result
  const rows = keys.slice(0, SHOWN_KEYS).map(key => Object.values(key).join(' '))
  return {
    ...keyOf(result),
    summary: `${model}: ${check} did not pass${severity === 'critical' ? ', and the build is not published' : ''}`,
    description: `${description} Found: ${observed}${rows.length > 0 ? `, such as ${rows.join('; ')}` : ''}. Expected: ${expected || 'none'}. What to do: ${PLAYBOOK}`,
  }
}

/** Tells what failed, and what has passed again. Somebody who does not listen stops no check. */
export async function tellOf(alerts: Alerts, results: Judged[], log: Logger): Promise<void> {
  const failed = results.filter(({ state }) => state === 'failed')
  const others = results.filter(({ state }) => state !== 'failed')
  try {
    await alerts.send(failed.map(toAlert))
    await alerts.resolve([BROKEN, ...others.map(keyOf)])
  } catch (error) {
    log.warn({ problem: describeError(error) }, 'what checks found cannot be told')
  }
}

const BROKEN = { name: 'checks_broken', severity: 'critical', labels: {} } as const

/** Tells that the checks themselves could not run. */
export async function tellBroken(alerts: Alerts, problem: string, log: Logger): Promise<void> {
  const alert = {
    ...BROKEN,
    summary: 'The checks cannot run, and nothing is published',
    description: problem,
  }
  await alerts
    .send([alert])
    .catch(error => log.warn({ problem: describeError(error) }, 'that checks cannot run cannot be told'))
}
