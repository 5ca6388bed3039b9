import type { SecretUrl } from '../config/index.ts'
import { OutageError } from '../errors/index.ts'
import type { Alert, AlertKey, Alerts } from './alert.ts'

const TIMEOUT_MS = 10_000
/** An alert that nobody tells again is over by then: each build tells those that it still finds. */
const LASTS_MS = 24 * 3_600_000

/** Alertmanager's `POST /api/v2/alerts`. */
export function openAlertmanager(url: SecretUrl): Alerts {
  const { href, authorization } = locate(url)
  const post = async (alerts: object[]) => {
    if (alerts.length === 0) return
    const response = await fetch(href, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify(alerts),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(cause => {
      throw new OutageError('Alertmanager', `${url} does not answer`, { cause })
    })
    if (!response.ok) throw new OutageError('Alertmanager', `${url} answered ${response.status}`)
  }
  return {
    send: alerts => post(alerts.map(alert => describeAlert(alert, new Date(Date.now() + LASTS_MS)))),
    resolve: keys => post(keys.map(key => describeAlert(key, new Date()))),
  }
}

/** `fetch` takes no name and password in a URL. */
function locate(given: SecretUrl): { href: string; authorization: string | undefined } {
  const url = new URL(given.reveal())
  const { username, password } = url
  url.username = url.password = ''
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return {
    href: `${url.href.replace(/\/+$/, '')}/api/v2/alerts`,
    authorization: username ? `Basic ${Buffer.from(user).toString('base64')}` : undefined,
  }
}

/** An alert as Alertmanager takes it. @param endsAt in the past for one that is over */
export function describeAlert({ name, severity, labels, ...alert }: AlertKey | Alert, endsAt: Date): object {
  const { summary, description } = alert as Partial<Alert>
  return {
    labels: { alertname: name, severity, ...labels },
    annotations: { ...(summary && { summary }), ...(description && { description }) },
    endsAt: endsAt.toISOString(),
  }
}
