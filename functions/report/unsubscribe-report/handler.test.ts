import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Host } from '../../../shared/contract/index.ts'
import { deliveriesSchema, makeSigner, planDue, targetsOf } from '../../../shared/reports/deliveries/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import { deliveryOf, PRIVACY } from '../../../tests/support/deliveries.ts'
import { startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import unsubscribe from './handler.ts'

const SIGNER = makeSigner(PRIVACY.keyFor('reports that are sent'))
const BROWSER = { accept: 'text/html,application/xhtml+xml;q=0.9' }
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

let postgres: TestPostgres
let store: Store
let host: Host
let token: string
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  host = (await startFunction(unsubscribe, { resources: { store, privacy: PRIVACY } })).host
})
after(() => postgres.stop())
beforeEach(async () => {
  await store.query('truncate report.delivery, report.subscription')
  const { deliveries } = deliveriesSchema.parse({ deliveries: [deliveryOf({ language: 'de' })] })
  const targets = targetsOf(deliveries, SIGNER)
  await planDue(store, targets, new Date())
  token = SIGNER.tokenOf(targets[0]?.subscriptionId ?? '')
})

const ask = async (method: string, query: string, headers: Record<string, string> = {}, body = '') => {
  const reply = await host.dispatch({ method, path: '/', query, headers, body: Buffer.from(body) })
  return { ...reply, body: String(reply.body) }
}
const isSubscribed = async () =>
  (await store.query('select from report.subscription where unsubscribed_at is null')).length === 1

test('a link that is followed shows a page and changes nothing', async () => {
  const { status, headers, body } = await ask('GET', `token=${token}`, BROWSER)
  assert.equal(status, 200)
  assert.match(headers['content-type'] ?? '', /^text\/html/)
  assert.match(headers['content-security-policy'] ?? '', /default-src 'none'/)
  assert.match(body, /Möchten Sie keine Berichte von „weekly-sales“ mehr erhalten\?/)
  assert.match(body, /<form method="post">.*name="subscribed" value="false"/)
  assert.ok(await isSubscribed())
  await ask('GET', `token=${token}&subscribed=false`)
  assert.ok(await isSubscribed(), 'whatever the link says')
})

test('the button of the page ends it, and the next one takes it up again', async () => {
  const left = await ask('POST', `token=${token}`, { ...BROWSER, ...FORM }, 'subscribed=false')
  assert.equal(left.status, 200)
  assert.match(left.body, /keine Berichte von „weekly-sales“ mehr\.<\/p>.*value="true"/s)
  assert.equal(await isSubscribed(), false)
  const shown = await ask('GET', `token=${token}`, BROWSER)
  assert.match(shown.body, /keine Berichte von „weekly-sales“ mehr\.<\/p>/)
  const again = await ask('POST', `token=${token}`, { ...BROWSER, ...FORM }, 'subscribed=true')
  assert.match(again.body, /wieder\.<\/p>/)
  assert.ok(await isSubscribed())
})

test('one click of a mail program ends it, in either form, and again', async () => {
  const parts = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
  const posts: [Record<string, string>, string][] = [
    [FORM, 'List-Unsubscribe=One-Click'],
    [{ 'content-type': 'multipart/form-data; boundary=x' }, parts],
  ]
  for (const [headers, body] of posts) {
    await store.query('update report.subscription set unsubscribed_at = null')
    for (const _ of ['once', 'twice'])
      assert.equal((await ask('POST', `token=${token}`, headers, body)).status, 200)
    assert.equal(await isSubscribed(), false)
  }
  const [row] = await store.query<{ unsubscribed_by: string }>(
    'select unsubscribed_by from report.subscription',
  )
  assert.equal(row?.unsubscribed_by, 'recipient')
})

test('a token that nobody here has made is refused, and changes nothing', async () => {
  const flipped = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`
  const other = makeSigner(PRIVACY.keyFor('something else')).tokenOf(token.slice(0, 32))
  const unknown = SIGNER.tokenOf('0'.repeat(32))
  for (const forged of [
    flipped,
    other,
    unknown,
    token.slice(0, 40),
    token.toUpperCase(),
    `${token}00`,
    'x',
  ]) {
    const { status, body } = await ask('POST', `token=${forged}`, FORM, '')
    assert.equal(status, 404, forged)
    assert.match(body, /copy the whole of it/)
    assert.equal((await ask('GET', `token=${forged}`)).status, 404)
  }
  assert.equal((await ask('POST', '', FORM, '')).status, 400)
  assert.ok(await isSubscribed())
})

test('programs get JSON, and may post it', async () => {
  const { body } = await ask('POST', '', { 'content-type': 'application/json' }, JSON.stringify({ token }))
  assert.deepEqual(JSON.parse(body), {
    ...{ delivery: 'weekly-sales', language: 'de', isSubscribed: false, isChanged: true },
  })
})
