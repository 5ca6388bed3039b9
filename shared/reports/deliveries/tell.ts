import type { Alerts } from '../../alerts/index.ts'
import { describeError } from '../../errors/index.ts'
import type { Query } from '../../store/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import { readUndelivered, type Undelivered } from './log.ts'
import type { Target } from './targets.ts'

const keyOf = (delivery: string) =>
  ({ name: 'report_not_delivered', severity: 'warning', labels: { delivery } }) as const

/** Tells which of these deliveries did not reach all that the file names, and which do again. Somebody who does not listen stops no report. */
export async function tellUndelivered(
  { query, alerts, log }: { query: Query; alerts: Alerts; log: Pick<Logger, 'warn'> },
  { targets, deliveries }: { targets: Target[]; deliveries: Set<string> },
): Promise<void> {
  const told = targets.filter(({ delivery }) => deliveries.has(delivery.name))
  if (told.length === 0) return
  const undelivered = await readUndelivered(
    query,
    told.map(target => target.subscriptionId),
  )
  const failing = new Set(undelivered.map(({ delivery }) => delivery))
  try {
    await alerts.send(undelivered.map(toAlert))
    await alerts.resolve([...deliveries].filter(name => !failing.has(name)).map(keyOf))
  } catch (error) {
    log.warn({ problem: describeError(error) }, 'what was not delivered cannot be told')
  }
}

const toAlert = ({ delivery, recipients, examples }: Undelivered) => ({
  ...keyOf(delivery),
  summary: `${delivery}: ${recipients} ${recipients === 1 ? 'recipient' : 'recipients'} did not get the report`,
  description: `${examples.join('; ')}. Who it was: show-status, at "undelivered". What to do: docs/reports.md`,
})
