import { join } from 'node:path'
import type { Settings } from '../config/index.ts'
import type { Alerts } from './alert.ts'
import { openAlertmanager } from './alertmanager.ts'
import { openOutbox } from './outbox.ts'

export type { Alert, AlertKey, Alerts } from './alert.ts'

/** An Alertmanager where ALERT_URL names one, else files under CORDAGE_HOME. */
export function openAlerts({
  ALERT_URL,
  CORDAGE_HOME,
}: Pick<Settings, 'ALERT_URL' | 'CORDAGE_HOME'>): Alerts {
  return ALERT_URL ? openAlertmanager(ALERT_URL) : openOutbox(join(CORDAGE_HOME, 'outbox', 'alerts'))
}
