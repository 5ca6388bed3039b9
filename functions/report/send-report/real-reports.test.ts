import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type ParsedMail, simpleParser } from 'mailparser'
import { openMail } from '../../../shared/outbox/index.ts'
import { deliveryOf, PRIVACY, readLog, writeDeliveries } from '../../../tests/support/deliveries.ts'
import { startFunction } from '../../../tests/support/function.ts'
import { findMailFaults } from '../../../tests/support/mail-rules.ts'
import { publishQuestionShop, type QuestionShop } from '../../../tests/support/question-shop.ts'
import sendReport from './handler.ts'

let shop: QuestionShop
before(async () => {
  shop = await publishQuestionShop({ rowRules: { territory_id: 'territory' } })
})
after(() => shop.stop())

const person = (name: string, territory: string[], language = 'en') => ({
  ...{ name, language, email: `${name.toLowerCase()}@shop.example` },
  claims: { territory },
})

/** Sends what is due on a day that the shop has data of. @returns what each recipient gets, by the names */
async function sendOn(day: string, recipients: { name: string }[], more: object = {}) {
  const { store } = shop
  const home = mkdtempSync(join(shop.home, 'send-'))
  writeDeliveries(home, [deliveryOf({ period: 'last month', recipients, ...more })])
  const mail = openMail({ SMTP_URL: undefined, MAIL_FROM: undefined, CORDAGE_HOME: home })
  const resources = { store, privacy: PRIVACY, mail }
  const send = await startFunction(sendReport, { resources, settings: { CORDAGE_HOME: home } })
  await send.call({ dryRun: true })
  await store.query(
    `insert into report.delivery (subscription_id, due_at, state, next_try_at)
     select subscription_id, $1, 'due', now() from report.subscription`,
    [`${day}T07:30:00Z`],
  )
  const { body } = await send.call({})
  const log = await readLog(store)
  await store.query('truncate report.delivery, report.subscription')
  if (JSON.stringify(body.states) !== JSON.stringify({ sent: recipients.length }))
    return { mails: new Map(), log }
  const folder = join(home, 'outbox', 'reports')
  const mails = new Map<string, ParsedMail>()
  for (const { name } of recipients) {
    const file = readdirSync(folder).find(each => each.endsWith(`-${name}.eml`)) ?? ''
    mails.set(name, await simpleParser(readFileSync(join(folder, file))))
  }
  return { mails, log }
}

test('territories get their own numbers, in every part of the mail; who lost one, or has none, gets less', async () => {
  const { mails, log } = await sendOn('2017-06-02', [
    person('Anna', ['8']),
    person('Bert', ['8', '9'], 'de'),
    person('Carl', ['8', '9']),
    person('Dora', []),
  ])
  assert.equal(mails.size, 4, JSON.stringify(log))
  const has = (name: string, text: string) =>
    [mails.get(name)?.text, mails.get(name)?.html].map(part => String(part).includes(text))
  assert.deepEqual(
    [has('Anna', 'Germany'), has('Anna', 'Australia')],
    [
      [true, true],
      [false, false],
    ],
  )
  assert.deepEqual(
    [has('Bert', 'Germany'), has('Bert', 'Australia')],
    [
      [true, true],
      [true, true],
    ],
  )
  assert.deepEqual(
    [has('Dora', 'Germany'), has('Dora', 'Revenue')],
    [
      [false, false],
      [false, false],
    ],
  )
  assert.equal(mails.get('Anna')?.subject, 'Sales overview, 1 May 2017 – 31 May 2017')
  assert.equal(mails.get('Bert')?.subject, 'Überblick über den Verkauf, 1. Mai 2017 – 31. Mai 2017')
  for (const { attachments } of mails.values())
    assert.match(attachments[0]?.content.subarray(0, 8).toString() ?? '', /^%PDF-1\./)
  for (const { html } of mails.values()) assert.deepEqual(findMailFaults(String(html)), [])
  const next = await sendOn('2017-06-02', [person('Carl', ['8'])])
  const [before, after] = [mails.get('Carl')?.text, next.mails.get('Carl')?.text]
  assert.ok(before?.includes('Australia'))
  assert.ok(!after?.includes('Australia'))
  assert.equal(
    after?.split('\n-- ')[0],
    mails.get('Anna')?.text?.split('\n-- ')[0],
    'the same as whoever sees the same',
  )
})

test('a report that needs a role, or is by no dimension, fails at once; data that are late are waited for', async () => {
  const closed = await sendOn('2017-06-02', [person('Anna', ['8'])], { report: 'data-health' })
  assert.deepEqual(
    closed.log.map(({ state, problem }) => [state, problem]),
    [['failed', 'the role operator is needed for data-health']],
  )
  const odd = await sendOn('2017-06-02', [person('Anna', ['8'])], { filters: { weather: 'rain' } })
  assert.match(`${odd.log[0]?.state} ${odd.log[0]?.problem}`, /^failed there is no dimension "weather"/)
  const late = await sendOn('2017-09-02', [person('Anna', ['8'])])
  assert.deepEqual(
    late.log.map(({ state }) => state),
    ['due'],
  )
  assert.match(late.log[0]?.problem ?? '', /there are data from/)
})
