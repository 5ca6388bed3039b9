import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { defineSendReport } from '../../functions/report/send-report/define.ts'
import type { Alerts } from '../../shared/alerts/index.ts'
import { SecretUrl, type Settings } from '../../shared/config/index.ts'
import type { Identity } from '../../shared/contract/index.ts'
import { openMail } from '../../shared/outbox/index.ts'
import { makePrivacy } from '../../shared/privacy/index.ts'
import type { Forms, Writing } from '../../shared/reports/deliveries/index.ts'
import type { WrittenReport } from '../../shared/reports/render/written.ts'
import type { Store } from '../../shared/store/index.ts'
import { NOBODY, startFunction } from './function.ts'
import { startMailServer } from './mail-server.ts'
import { startTestPostgres, type TestPostgres } from './postgres.ts'

export type SendingRoom = {
  postgres: TestPostgres
  store: Store
  server: Awaited<ReturnType<typeof startMailServer>>
}

/** A store and a mail server for the tests of one file. @param applicationName of the store's connections */
export async function openRoom(applicationName?: string): Promise<SendingRoom> {
  const postgres = await startTestPostgres()
  const store = await postgres.createStore(applicationName)
  return { postgres, store, server: await startMailServer() }
}

export async function closeRoom({ postgres, server }: SendingRoom): Promise<void> {
  await server.stop()
  await postgres.stop()
}

/** Nobody is known, nothing was sent, and the mail server takes everything. @returns a new home */
export async function clearRoom({ postgres, store, server }: SendingRoom): Promise<string> {
  await store.query('truncate report.delivery, report.subscription')
  server.received.length = 0
  server.ways.onRecipient = server.ways.onMessage = server.ways.beforeReply = undefined
  return mkdtempSync(join(postgres.home, 'home-'))
}

/** Settings by which mails go to that server. */
export const bySmtpOf = ({ server }: SendingRoom) => ({
  SMTP_URL: new SecretUrl(`smtp://127.0.0.1:${server.port}`),
  MAIL_FROM: 'Cordage <reports@shop.example>',
  PUBLIC_URL: new SecretUrl('https://bi.shop.example/'),
})

export const PRIVACY = makePrivacy(Buffer.alloc(32, 7))

type Request = Parameters<Writing>[0]

/** A report that says of which territories it is: those of its reader's claim. */
export function writeAbout(
  request: Request,
  { isOperator, claims }: Identity,
  title = 'Sales overview',
): WrittenReport {
  const territories = isOperator ? 'all' : (claims.territory ?? []).join(' and ') || 'none'
  const { report, from = '2026-01-01', to = '2026-01-31', language, filters } = request
  const narrative = `Territories: ${territories}.\n\nRevenue was 1,234.50 USD.`
  return {
    ...{ id: `${report}/${from}/${language}/${territories}`, report, title, language, filters, narrative },
    ...{ period: { from, to, isWhole: true }, sections: [], facts: [], charts: [], problem: null },
    ...{ asOf: { changedAt: null, position: null }, writtenAt: '2026-02-01T00:00:00.000Z' },
  }
}

/** Forms that are told apart. */
export const FORMS: Forms = {
  toHtml: ({ title, narrative }) => `<html><body><h1>${title}</h1><p>${narrative}</p></body></html>`,
  toMarkdown: ({ title, narrative }) => `# ${title}\n\n${narrative}\n`,
  toText: ({ title, narrative }) => `${title}\n\n${narrative}\n`,
  toPdf: async ({ id }) => Buffer.from(`%PDF-1.7 ${id}`),
}

/** send-report on a store, with reports that are counted, and a file of deliveries in a folder. */
export async function startSending(options: {
  store: Store
  home: string
  settings?: Partial<Settings>
  alerts?: Alerts
  write?: Writing
  onLog?: (line: string) => void
}) {
  const { store, home, alerts = NOBODY } = options
  const written: Request[] = []
  const settings = { CORDAGE_HOME: home, ...options.settings }
  const write: Writing =
    options.write ??
    (async (request, caller) => {
      written.push(request)
      return writeAbout(request, caller)
    })
  const definition = defineSendReport(() => write, FORMS)
  const mail = openMail({ SMTP_URL: undefined, MAIL_FROM: undefined, ...settings })
  const started = await startFunction(definition, {
    resources: { store, privacy: PRIVACY, alerts, mail },
    settings,
    ...(options.onLog && { onLog: options.onLog }),
  })
  return { ...started, written }
}

/** A delivery as the file has it, with what a test says of it. */
export const deliveryOf = (more: object = {}) => ({
  name: 'weekly-sales',
  report: 'sales-overview',
  period: 'last week',
  when: 'daily 07:30',
  recipients: [{ name: 'Anna', email: 'anna@shop.example', claims: { territory: ['1'] } }],
  ...more,
})

export function writeDeliveries(home: string, deliveries: object[]): string {
  const file = join(home, 'deliveries.yml')
  writeFileSync(file, stringify({ deliveries }))
  return file
}

/** As if so many minutes had passed since the recipients became known: what was due meanwhile is due now. */
export async function letPass({ query }: Store, minutes: number): Promise<void> {
  await query(
    `update report.subscription set considered_until = considered_until - $1 * interval '1 minute'`,
    [minutes],
  )
}

/** Waits for no retry. */
export async function hurry({ query }: Store): Promise<void> {
  await query(`update report.delivery set next_try_at = clock_timestamp() where state = 'due'`)
}

/** As after the lease of a dead process. */
export async function expireLeases({ query }: Store): Promise<void> {
  await query(`update report.delivery set lease_until = clock_timestamp() where state = 'sending'`)
}

export type LoggedRow = {
  label: string
  state: string
  attempts: number
  is_perhaps_twice: boolean
  problem: string | null
  via: string | null
}

export const readLog = ({ query }: Store) =>
  query<LoggedRow>(
    `select s.label, d.state, d.attempts, d.is_perhaps_twice, d.problem, d.via
     from report.delivery d join report.subscription s using (subscription_id) order by s.label, d.due_at`,
  )
