import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { simpleParser } from 'mailparser'
import {
  bySmtpOf,
  clearRoom,
  closeRoom,
  deliveryOf,
  hurry,
  openRoom,
  readLog,
  type SendingRoom,
  startSending,
  writeAbout,
  writeDeliveries,
} from '../../../tests/support/deliveries.ts'
import { startWebhook } from '../../../tests/support/webhook.ts'

let room: SendingRoom
let store: SendingRoom['store']
let server: SendingRoom['server']
let home: string
before(async () => {
  room = await openRoom()
  store = room.store
  server = room.server
})
after(() => closeRoom(room))
beforeEach(async () => {
  home = await clearRoom(room)
})

const bySmtp = () => bySmtpOf(room)
const ANNA = { name: 'Anna', email: 'anna@shop.example', claims: { territory: ['1'] } }
const NOW = { delivery: 'weekly-sales' }

test('a mail has both texts as alternatives, the PDF, and a link by which one click ends it', async () => {
  writeDeliveries(home, [deliveryOf()])
  const send = await startSending({ store, home, settings: bySmtp() })
  const { status, body } = await send.call(NOW)
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual(body.states, { sent: 1 })
  const [{ raw, parse } = assert.fail()] = server.received
  const mail = await parse()
  assert.match(mail.subject ?? '', /^Sales overview, \d+ [A-Z][a-z]+ \d{4} – \d+ [A-Z][a-z]+ \d{4}$/)
  assert.deepEqual(
    [mail.from?.text, mail.to && 'text' in mail.to && mail.to.text],
    ['"Cordage" <reports@shop.example>', '"Anna" <anna@shop.example>'],
  )
  const shape = [...raw.toString().matchAll(/^Content-Type: ([a-z]+\/[a-z]+)/gm)].map(([, type]) => type)
  assert.deepEqual(shape, [
    'multipart/mixed',
    'multipart/alternative',
    'text/plain',
    'text/html',
    'application/pdf',
  ])
  assert.match(
    mail.text ?? '',
    /Territories: 1\..*\n-- \nYou get this report by the delivery “weekly-sales”\./s,
  )
  assert.match(String(mail.html), /<h1>Sales overview<\/h1>.*Unsubscribe<\/a><\/td>.*<\/body>/s)
  assert.match(mail.attachments[0]?.content.toString() ?? '', /^%PDF-1\.7/)
  assert.match(mail.attachments[0]?.filename ?? '', /^sales-overview-\d{4}-\d\d-\d\d-.*\.pdf$/)
  const headers = raw.toString().split('\r\n\r\n')[0] ?? ''
  assert.match(
    headers,
    /^List-Unsubscribe: <https:\/\/bi\.shop\.example\/function\/unsubscribe-report\?token=[0-9a-f]{64}>$/m,
  )
  assert.match(headers, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m)
  assert.match(headers, /^Message-ID: <[0-9a-f]{32}@shop\.example>$/im)
  assert.doesNotMatch(/token=\S+/.exec(headers)?.[0] ?? '', /anna/i)
  assert.deepEqual((body.results as object[])[0], {
    ...{ delivery: 'weekly-sales', recipient: 'Anna', state: 'sent', attempts: 1, isPerhapsTwice: false },
    ...{ problem: null, dueAt: (body.results as { dueAt: string }[])[0]?.dueAt },
  })
})

test('without servers each message is a file, whole', async () => {
  const team = { name: 'Team / sales', slack: 'sales-room', claims: { territory: ['1'] } }
  writeDeliveries(home, [deliveryOf({ recipients: [ANNA, team] })])
  const send = await startSending({ store, home })
  assert.deepEqual((await send.call(NOW)).body.states, { sent: 2 })
  await store.query('delete from report.delivery')
  await send.call(NOW)
  const folder = join(home, 'outbox', 'reports')
  const [mail = '', note = '', ...others] = readdirSync(folder)
  assert.deepEqual(others, [], 'again is the same file')
  assert.match(mail, /^\d{4}-\d\d-\d\dT\d{4}-weekly-sales-Anna\.eml$/)
  const parsed = await simpleParser(readFileSync(join(folder, mail)))
  assert.match(parsed.text ?? '', /Territories: 1/)
  assert.match(note, /weekly-sales-Team_sales\.json$/)
  const { blocks } = JSON.parse(readFileSync(join(folder, note), 'utf8'))
  assert.deepEqual(blocks[0], {
    type: 'header',
    text: { type: 'plain_text', text: 'Sales overview', emoji: false },
  })
  assert.deepEqual(
    (await readLog(store)).map(({ via }) => via),
    ['file', 'file'],
  )
})

test('webhooks get their form; 429 waits as long as it says, 410 is a bounce, and no log has the URL', async () => {
  const hook = await startWebhook()
  mkdirSync(join(home, 'secrets'))
  writeFileSync(join(home, 'secrets', 'room.url'), hook.url('/services/T1/B2/secret'))
  writeDeliveries(home, [
    deliveryOf({ recipients: [{ name: 'Slack', slack: 'room' }] }),
    deliveryOf({ name: 'other', recipients: [{ name: 'Mattermost', mattermost: 'room' }] }),
  ])
  const lines: string[] = []
  const send = await startSending({ store, home, onLog: line => lines.push(line) })
  Object.assign(hook.answer, {
    status: 429,
    headers: { 'retry-after': '7200' },
    text: hook.url('/services/T1/B2/secret'),
  })
  assert.deepEqual((await send.call(NOW)).body.states, { due: 1 })
  const [{ wait } = assert.fail()] = await store.query<{ wait: string }>(
    'select extract(epoch from next_try_at - now()) as wait from report.delivery',
  )
  assert.ok(Number(wait) > 7000 && Number(wait) < 7300)
  Object.assign(hook.answer, { status: 200, headers: {}, text: 'ok' })
  await hurry(store)
  assert.deepEqual((await send.call({})).body.states, { sent: 1 })
  assert.match(JSON.stringify(hook.received.at(-1)?.body), /Territories: none/)
  Object.assign(hook.answer, { status: 410, text: 'channel_is_archived' })
  assert.deepEqual((await send.call({ delivery: 'other' })).body.states, { bounced: 1 })
  assert.match(String(hook.received.at(-1)?.body.text), /^# Sales overview\n/)
  const kept = JSON.stringify([await readLog(store), lines])
  assert.match(kept, /channel_is_archived/)
  assert.doesNotMatch(kept, /B2|127\.0\.0\.1/)
  await hook.stop()
})

test('a line end in a title or in a name starts no header', async () => {
  writeDeliveries(home, [deliveryOf()])
  const send = await startSending({
    ...{ store, home, settings: bySmtp() },
    write: async (request, caller) =>
      writeAbout(request, caller, 'Sales\r\nBcc: eve@evil.example\r\n\r\n<b>'),
  })
  await send.call(NOW)
  const [{ raw, parse } = assert.fail()] = server.received
  const mail = await parse()
  assert.equal(mail.bcc, undefined)
  assert.match(mail.subject ?? '', /^Sales Bcc: eve@evil\.example <b>/)
  assert.doesNotMatch(raw.toString().split('\r\n\r\n')[0] ?? '', /^Bcc:/m)
})
