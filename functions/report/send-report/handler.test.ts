import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Alert, AlertKey } from '../../../shared/alerts/index.ts'
import { SecretUrl } from '../../../shared/config/index.ts'
import {
  bySmtpOf,
  clearRoom,
  closeRoom,
  deliveryOf,
  expireLeases,
  hurry,
  letPass,
  openRoom,
  readLog,
  type SendingRoom,
  startSending,
  writeDeliveries,
} from '../../../tests/support/deliveries.ts'

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
const BERT = { name: 'Bert', email: 'bert@shop.example', claims: { territory: ['4'] }, language: 'de' }
/** A cron pattern of every so many minutes, of which none is near to now. */
const every = (minutes: number) => {
  const first = (new Date().getUTCMinutes() + minutes / 2) % minutes
  const all = Array.from({ length: 60 / minutes }, (_, i) => first + i * minutes)
  return `${all.join(',')} * * * *`
}
const NOW = { delivery: 'weekly-sales' }

test('two territories get two reports, and who lost one gets less the next time', async () => {
  const both = { ...ANNA, name: 'Both', email: 'both@shop.example', claims: { territory: ['1', '4'] } }
  const nobody = { name: 'Nobody', email: 'nobody@shop.example' }
  writeDeliveries(home, [deliveryOf({ recipients: [ANNA, BERT, both, nobody] })])
  const send = await startSending({ store, home, settings: bySmtp() })
  const textsOf = () =>
    server.received.map(({ to, raw }) => [to.split('@')[0], /Territories: (.*)\./.exec(raw.toString())?.[1]])
  await send.call(NOW)
  assert.deepEqual(textsOf().sort(), [
    ['anna', '1'],
    ['bert', '4'],
    ['both', '1 and 4'],
    ['nobody', 'none'],
  ])
  server.received.length = 0
  await store.query('delete from report.delivery')
  writeDeliveries(home, [deliveryOf({ recipients: [{ ...both, claims: { territory: ['4'] } }] })])
  const again = await startSending({ store, home, settings: bySmtp() })
  await again.call(NOW)
  assert.deepEqual(textsOf(), [['both', '4']])
})

test('what is due is sent once, and of what was missed the latest; the rest is skipped with the reason', async () => {
  writeDeliveries(home, [deliveryOf({ when: every(10) })])
  const send = await startSending({ store, home, settings: bySmtp() })
  assert.deepEqual((await send.call({})).body.states, {}, 'nothing from before it was known')
  await letPass(store, 35)
  assert.deepEqual((await send.call({})).body.states, { sent: 1 })
  assert.deepEqual((await send.call({})).body.states, {})
  const log = await readLog(store)
  assert.equal(server.received.length, 1)
  assert.deepEqual(log.at(-1)?.state, 'sent')
  assert.ok(log.length >= 3)
  for (const row of log.slice(0, -1)) {
    assert.equal(row.state, 'skipped')
    assert.match(row.problem ?? '', /nobody was there to send it/)
  }
})

test('another time in the file sends nothing for what is over', async () => {
  writeDeliveries(home, [deliveryOf({ when: every(10) })])
  await (await startSending({ store, home, settings: bySmtp() })).call({})
  await letPass(store, 60)
  writeDeliveries(home, [deliveryOf({ when: every(4) })])
  const { body } = await (await startSending({ store, home, settings: bySmtp() })).call({})
  assert.deepEqual([body.states, server.received.length], [{}, 0])
})

test('a 4xx is tried again later and then sent; what many share is written once', async () => {
  writeDeliveries(home, [
    deliveryOf({ recipients: [ANNA, { ...ANNA, name: 'Anne', email: 'anne@shop.example' }] }),
  ])
  const send = await startSending({ store, home, settings: bySmtp() })
  server.ways.onRecipient = address =>
    address.startsWith('anne') ? { code: 451, says: `greylisted <${address}>` } : undefined
  assert.deepEqual((await send.call(NOW)).body.states, { sent: 1, due: 1 })
  assert.equal(send.written.length, 1)
  const [, waiting] = await readLog(store)
  assert.equal(waiting?.state, 'due')
  assert.match(waiting?.problem ?? '', /greylisted/)
  assert.doesNotMatch(waiting?.problem ?? '', /shop\.example/, 'the address is cut out')
  server.ways.onRecipient = undefined
  assert.deepEqual((await send.call({})).body.states, {}, 'not before its time')
  await hurry(store)
  assert.deepEqual((await send.call({})).body.states, { sent: 1 })
  const [, sent] = await readLog(store)
  assert.deepEqual(
    [sent?.state, sent?.attempts, sent?.is_perhaps_twice, sent?.problem],
    ['sent', 2, false, null],
  )
})

test('a server that stays away is given up after seven attempts, and somebody is told, until it works again', async () => {
  writeDeliveries(home, [deliveryOf()])
  const told: (Alert | AlertKey)[][] = [[], []]
  const alerts = {
    send: async (alerts: Alert[]) => void told[0]?.push(...alerts),
    resolve: async (keys: AlertKey[]) => void told[1]?.push(...keys),
  }
  const settings = { ...bySmtp(), SMTP_URL: new SecretUrl('smtp://127.0.0.1:1') }
  const send = await startSending({ store, home, settings, alerts })
  await send.call(NOW)
  for (let attempt = 2; attempt <= 7; attempt++) {
    await hurry(store)
    await send.call({})
  }
  const [row] = await readLog(store)
  assert.deepEqual([row?.state, row?.attempts, row?.is_perhaps_twice], ['failed', 7, false])
  assert.match(row?.problem ?? '', /ECONNREFUSED/)
  const [alert] = told[0] as Alert[]
  assert.deepEqual(alert?.labels, { delivery: 'weekly-sales' })
  assert.equal(alert?.summary, 'weekly-sales: 1 recipient did not get the report')
  assert.doesNotMatch(JSON.stringify(told), /anna/i)
  told[1] = []
  await (await startSending({ store, home, settings: bySmtp(), alerts })).call(NOW)
  assert.deepEqual(told[1], [
    { name: 'report_not_delivered', severity: 'warning', labels: { delivery: 'weekly-sales' } },
  ])
})

test('a 550 is a bounce at once', async () => {
  writeDeliveries(home, [deliveryOf()])
  const lines: string[] = []
  const send = await startSending({ store, home, settings: bySmtp(), onLog: line => lines.push(line) })
  server.ways.onRecipient = address => ({ code: 550, says: `5.1.1 <${address}> no such user` })
  assert.deepEqual((await send.call(NOW)).body.states, { bounced: 1 })
  const [row] = await readLog(store)
  assert.match(row?.problem ?? '', /no such user/)
  assert.ok(lines.length > 0)
  assert.doesNotMatch(lines.join() + row?.problem, /anna/i)
})

test('a connection that is cut before the reply leaves it open whether it arrived: a second copy has the same id, and is marked', async () => {
  writeDeliveries(home, [deliveryOf()])
  const send = await startSending({ store, home, settings: bySmtp() })
  server.ways.beforeReply = () => {
    server.cutAll()
    return 'silence'
  }
  assert.deepEqual((await send.call(NOW)).body.states, { due: 1 })
  server.ways.beforeReply = undefined
  await hurry(store)
  assert.deepEqual((await send.call({})).body.states, { sent: 1 })
  const [row] = await readLog(store)
  assert.deepEqual([row?.state, row?.is_perhaps_twice], ['sent', true])
  const ids = server.received.map(({ messageId }) => messageId)
  assert.equal(ids.length, 2)
  assert.equal(new Set(ids).size, 1)
})

test('a report that cannot be written yet is tried again, one that needs a role is not', async () => {
  writeDeliveries(home, [deliveryOf()])
  const { BadInputError } = await import('../../../shared/errors/index.ts')
  const late = await startSending({
    ...{ store, home, settings: bySmtp() },
    write: async () => {
      throw new BadInputError('there are data from 2026-01-01 to 2026-01-02', { field: 'to' })
    },
  })
  assert.deepEqual((await late.call(NOW)).body.states, { due: 1 })
  await store.query('delete from report.delivery')
  const closed = await startSending({
    ...{ store, home, settings: bySmtp() },
    write: async () => {
      throw new BadInputError('the role finance is needed', { status: 403 })
    },
  })
  assert.deepEqual((await closed.call(NOW)).body.states, { failed: 1 })
  assert.match((await readLog(store))[0]?.problem ?? '', /finance/)
  assert.equal(server.received.length, 0)
})

test('a dry run says who would get what when, and sends nothing', async () => {
  writeDeliveries(home, [
    deliveryOf({
      timeZone: 'Europe/Berlin',
      when: 'monthly 1 06:00',
      period: 'last month',
      recipients: [ANNA, { ...BERT, timeZone: 'Asia/Tokyo' }],
    }),
  ])
  const send = await startSending({ store, home, settings: bySmtp() })
  const { body } = await send.call({ dryRun: true })
  const [anna, bert] = body.plans as Record<string, unknown>[]
  const { nextAt, period, ...others } = anna ?? {}
  assert.deepEqual(others, {
    ...{
      delivery: 'weekly-sales',
      recipient: 'Anna',
      channel: 'email',
      via: 'smtp',
      report: 'sales-overview',
    },
    ...{ language: 'en', filters: {}, roles: [], claims: { territory: ['1'] }, isSubscribed: true },
    ...{ timeZone: 'Europe/Berlin', last: null, problem: null },
  })
  assert.match(String(nextAt), /T0[45]:00:00\.000Z$/)
  assert.match(String(bert?.nextAt), /T21:00:00\.000Z$/)
  // The first in Tokyo is still the last of the month before in UTC.
  assert.equal((period as { from: string }).from.slice(8), '01')
  assert.deepEqual(bert?.period, period)
  assert.deepEqual([server.received.length, await readLog(store)], [0, []])
})

test('who has unsubscribed gets nothing, not even now, until an operator takes it back', async () => {
  writeDeliveries(home, [deliveryOf({ when: every(10) })])
  const send = await startSending({ store, home, settings: bySmtp() })
  const who = { delivery: 'weekly-sales', recipient: 'Anna' }
  const { body } = await send.call({ ...who, subscribed: false })
  assert.equal((body.plans as { isSubscribed: boolean }[])[0]?.isSubscribed, false)
  await letPass(store, 15)
  await send.call({})
  const now = await send.call(who)
  assert.deepEqual((now.body.results as { state: string }[])[0]?.state, 'unsubscribed')
  assert.equal(server.received.length, 0)
  assert.deepEqual([...new Set((await readLog(store)).map(({ state }) => state))], ['unsubscribed'])
  await send.call({ ...who, subscribed: true })
  await send.call(who)
  assert.equal(server.received.length, 1)
})

test('who is not in the file any more gets nothing that was still due', async () => {
  writeDeliveries(home, [deliveryOf({ recipients: [ANNA, BERT] })])
  const away = { ...bySmtp(), SMTP_URL: new SecretUrl('smtp://127.0.0.1:1') }
  await (await startSending({ store, home, settings: away })).call(NOW)
  writeDeliveries(home, [deliveryOf({ recipients: [ANNA] })])
  await hurry(store)
  await expireLeases(store)
  await (await startSending({ store, home, settings: bySmtp() })).call({})
  assert.deepEqual(
    (await readLog(store)).map(({ state }) => state),
    ['sent', 'skipped'],
  )
  assert.deepEqual(
    server.received.map(({ to }) => to),
    ['anna@shop.example'],
  )
})

test('what the file does not have is a 404 that names what it has', async () => {
  writeDeliveries(home, [deliveryOf()])
  const send = await startSending({ store, home })
  const refusals: [object, number, RegExp][] = [
    [{ delivery: 'daily' }, 404, /no delivery "daily" in the file: there are weekly-sales/],
    [{ ...NOW, recipient: 'Carl' }, 404, /no recipient "Carl" in the file: there are Anna/],
    [{ recipient: 'Anna' }, 400, /delivery is missing/],
    [{ ...NOW, subscribed: false }, 400, /recipient is missing/],
  ]
  for (const [asked, expected, says] of refusals) {
    const { status, body } = await send.call(asked)
    assert.equal(status, expected)
    assert.match(String(body.detail), says)
  }
  const none = await startSending({ store, home: mkdtempSync(join(room.postgres.home, 'home-')) })
  assert.deepEqual((await none.call({})).body.states, {}, 'without a file there is nothing to do')
})

test('one that waits to be tried again is skipped once a later one is due', async () => {
  writeDeliveries(home, [deliveryOf({ when: every(10) })])
  const away = { ...bySmtp(), SMTP_URL: new SecretUrl('smtp://127.0.0.1:1') }
  const send = await startSending({ store, home, settings: away })
  await send.call({})
  await letPass(store, 15)
  assert.deepEqual((await send.call({})).body.states, { due: 1 })
  // As if a due time had passed since.
  await store.query(`update report.delivery set due_at = due_at - interval '5 minutes' where state = 'due'`)
  await letPass(store, 10)
  const works = await startSending({ store, home, settings: bySmtp() })
  assert.deepEqual((await works.call({})).body.states, { sent: 1 })
  const waited = (await readLog(store)).find(row => row.attempts === 1 && row.state === 'skipped')
  assert.match(waited?.problem ?? '', /^a later one is due: .*ECONNREFUSED/)
  assert.equal(server.received.length, 1)
})

test('a file that becomes wrong changes nothing but a warning, and one that is mended counts', async () => {
  const file = writeDeliveries(home, [deliveryOf()])
  const send = await startSending({ store, home, settings: bySmtp() })
  writeFileSync(file, 'deliveries: [{ name: Weekly }]')
  await sleep(1100)
  const wrong = (await send.call({ dryRun: true })).body
  assert.equal((wrong.plans as object[]).length, 1)
  assert.match(
    String(wrong.warnings),
    /^deliveries\.yml: line 1, deliveries\.0\.name: .*report: is missing; .*before apply\)$/,
  )
  writeDeliveries(home, [deliveryOf({ recipients: [ANNA, BERT] })])
  await sleep(1100)
  const mended = (await send.call({ dryRun: true })).body
  assert.deepEqual([(mended.plans as object[]).length, mended.warnings], [2, []])
})

test('who was not in the file for a while gets nothing of that time', async () => {
  const when = every(10)
  const call = async (recipients: object[]) => {
    writeDeliveries(home, [deliveryOf({ when, recipients })])
    return (await (await startSending({ store, home, settings: bySmtp() })).call({})).body.states
  }
  await call([ANNA, BERT])
  await letPass(store, 30)
  assert.deepEqual(await call([ANNA]), { sent: 1 })
  assert.deepEqual(await call([ANNA, BERT]), {})
})

test('what was written into the file in the minute before it is due counts', async () => {
  const soon = new Date(Date.now() - 20_000)
  writeDeliveries(home, [deliveryOf({ when: `${soon.getUTCMinutes()} * * * *` })])
  const send = await startSending({ store, home, settings: bySmtp() })
  const isDue = soon.getTime() - (soon.getTime() % 60_000) > Date.now() - 60_000
  assert.deepEqual((await send.call({})).body.states, isDue ? { sent: 1 } : {})
})
