import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { after, before, beforeEach, test } from 'node:test'
import { stringify } from 'yaml'
import {
  clearRoom,
  closeRoom,
  deliveryOf,
  expireLeases,
  FORMS,
  openRoom,
  PRIVACY,
  readLog,
  type SendingRoom,
  startSending,
  writeAbout,
  writeDeliveries,
} from '../../../tests/support/deliveries.ts'
import { ROOT } from '../../../tests/support/postgres.ts'
import { SecretUrl } from '../../config/index.ts'
import { openMail } from '../../outbox/index.ts'
import { withSignal } from '../../store/with-signal.ts'
import { makeSigner, parseDeliveries, planDue, planNow, sendDue, targetsOf } from './index.ts'

let room: SendingRoom
let store: SendingRoom['store']
let server: SendingRoom['server']
let home: string
before(async () => {
  room = await openRoom('sending')
  store = room.store
  server = room.server
})
after(() => closeRoom(room))
beforeEach(async () => {
  home = await clearRoom(room)
})

const NOW = { delivery: 'weekly-sales' }
const url = () => `smtp://127.0.0.1:${server.port}`
const start = () =>
  startSending({
    ...{ store, home },
    settings: { SMTP_URL: new SecretUrl(url()), MAIL_FROM: 'reports@shop.example' },
  })

test('1,000 recipients get it once each, two senders at once, by a few connections, of two reports', {
  timeout: 120_000,
}, async () => {
  const recipients = Array.from({ length: 1000 }, (_, i) => ({
    name: `Recipient ${i}`,
    email: `r${i}@shop.example`,
    claims: { territory: [String(i % 2)] },
  }))
  writeDeliveries(home, [deliveryOf({ recipients })])
  const senders = [await start(), await start()]
  const answers = await Promise.all(senders.map(sender => sender.call(NOW)))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  )
  const to = server.received.map(received => received.to)
  assert.equal(to.length, 1000)
  assert.equal(new Set(to).size, 1000)
  assert.equal(new Set(server.received.map(({ messageId }) => messageId)).size, 1000)
  for (const { raw, to } of server.received)
    assert.match(raw.toString(), new RegExp(`Territories: ${Number(/\d+/.exec(to)?.[0]) % 2}\\.`))
  const log = await readLog(store)
  assert.ok(log.every(row => row.state === 'sent' && row.attempts === 1 && !row.is_perhaps_twice))
  assert.ok(server.mostAtOnce() <= 10)
  for (const sender of senders) assert.ok(sender.written.length <= 2)
})

test('a process that is killed between the mail and its log: the mail is sent again with the same id, and marked', {
  timeout: 60_000,
}, async () => {
  const file = writeDeliveries(home, [deliveryOf()])
  const child = spawn(process.execPath, ['tests/support/send-process.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      ...{ CORDAGE_HOME: home, REPORT_DELIVERIES: file, SMTP_URL: url(), MAIL_FROM: 'reports@shop.example' },
      STORE_URL: room.postgres.url('sending').reveal(),
    },
  })
  // The server has the whole mail by then.
  server.ways.beforeReply = () => {
    child.kill('SIGKILL')
    return 'silence'
  }
  const [, signal] = await once(child, 'exit')
  assert.equal(signal, 'SIGKILL')
  server.ways.beforeReply = undefined
  const [left] = await readLog(store)
  assert.deepEqual([left?.state, left?.is_perhaps_twice], ['sending', false])
  const sender = await start()
  assert.deepEqual((await sender.call({})).body.states, {}, 'its lease runs')
  await expireLeases(store)
  assert.deepEqual((await sender.call({})).body.states, { sent: 1 })
  const [row] = await readLog(store)
  assert.deepEqual([row?.state, row?.attempts, row?.is_perhaps_twice], ['sent', 2, true])
  assert.equal(server.received.length, 2)
  assert.equal(new Set(server.received.map(({ messageId }) => messageId)).size, 1)
})

test('a process that was killed before it handed anything over has sent nothing: the next copy is not marked', async () => {
  writeDeliveries(home, [deliveryOf()])
  const sender = await start()
  await sender.call(NOW)
  await store.query(`update report.delivery set state = 'sending', handed_at = null, lease_until = now()`)
  await sender.call({})
  const [row] = await readLog(store)
  assert.deepEqual([row?.state, row?.attempts, row?.is_perhaps_twice], ['sent', 2, false])
})

test('what another process has taken meanwhile is left to it', async () => {
  writeDeliveries(home, [deliveryOf()])
  const slow = await startSending({
    ...{ store, home, settings: { SMTP_URL: new SecretUrl(url()), MAIL_FROM: 'reports@shop.example' } },
    write: async (request, caller) => {
      // While it writes its lease ends, and another takes it.
      await store.query('update report.delivery set attempts = attempts + 1')
      return writeAbout(request, caller)
    },
  })
  assert.deepEqual((await slow.call(NOW)).body.states, {})
  assert.equal(server.received.length, 0)
})

test('a call that is aborted while a mail is handed over still notes what became of it, and begins no other', async () => {
  const recipients = Array.from({ length: 40 }, (_, i) => ({ name: `R${i}`, email: `r${i}@shop.example` }))
  const file = writeDeliveries(home, [deliveryOf({ recipients })])
  const signer = makeSigner(PRIVACY.keyFor('reports that are sent'))
  const targets = targetsOf(parseDeliveries(file, readFileSync(file, 'utf8')), signer)
  await planNow(store.query, targets, new Date())
  const abort = new AbortController()
  server.ways.beforeReply = () => {
    abort.abort()
    return 'reply'
  }
  const settings = { SMTP_URL: new SecretUrl(url()), MAIL_FROM: 'reports@shop.example', CORDAGE_HOME: home }
  const call = withSignal(store, abort.signal)
  await sendDue(
    targets,
    {
      ...{ query: call.query, record: store.urgent, forms: FORMS, mail: openMail(settings), signer, home },
      ...{ publicUrl: undefined, log: { warn: () => {} } },
      write: async (request, caller) => writeAbout(request, caller),
    },
    { until: abort.signal },
  ).catch(() => {})
  const log = await readLog(store)
  const states = Map.groupBy(log, ({ state }) => state)
  assert.equal(states.get('sent')?.length, server.received.length)
  assert.ok(server.received.length < 40)
  const left = log.filter(({ state }) => state !== 'sent')
  assert.ok(left.every(({ state, is_perhaps_twice }) => /^(due|sending)$/.test(state) && !is_perhaps_twice))
})

test('processes that plan the same thousands at once, in other orders, do not stop each other', {
  timeout: 60_000,
}, async () => {
  for (let round = 0; round < 3; round++) {
    const recipients = Array.from({ length: 2000 }, (_, i) => ({
      ...{ name: `Recipient ${i}`, email: `r${round}-${i}@shop.example`, claims: {} },
    }))
    const text = stringify({ deliveries: [deliveryOf({ when: '* * * * *', recipients })] })
    const targets = targetsOf(
      parseDeliveries('deliveries.yml', text),
      makeSigner(PRIVACY.keyFor('reports that are sent')),
    )
    const now = new Date()
    const turned = targets.toReversed()
    await Promise.all([targets, turned, targets, turned].map(each => planNow(store.query, each, now)))
    await store.query("update report.subscription set considered_until = now() - interval '3 minutes'")
    const later = new Date(now.getTime() + 60_000)
    await Promise.all([targets, turned, targets].map(each => planDue(store, each, later)))
  }
  const [row] = await store.query<{ count: number }>('select count(*)::int as count from report.subscription')
  assert.equal(row?.count, 6000)
})
