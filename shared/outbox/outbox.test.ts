import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeCertificate } from '../../tests/infra/certificate.ts'
import { startMailServer } from '../../tests/support/mail-server.ts'
import { startWebhook } from '../../tests/support/webhook.ts'
import { SecretUrl } from '../config/index.ts'
import { toMattermost, toSlack } from './chat/index.ts'
import { type Letter, openMail, sendNote } from './index.ts'
import { readSmtpUrl } from './mail/smtp-url.ts'

const LETTER: Letter = {
  messageId: '1234@shop.example',
  to: { name: 'Anna', address: 'anna@shop.example' },
  subject: 'Sales',
  text: 'Sales',
  html: '<p>Sales</p>',
  pdf: { name: 'sales.pdf', bytes: Buffer.from('%PDF') },
  unsubscribeUrl: undefined,
}

let home: string
let certificate: Awaited<ReturnType<typeof makeCertificate>>
before(async () => {
  home = mkdtempSync(join(tmpdir(), 'cordage-outbox-'))
  certificate = await makeCertificate(home)
})
after(() => rmSync(home, { recursive: true }))

async function sendBy(url: string) {
  const mail = openMail({
    SMTP_URL: new SecretUrl(url),
    MAIL_FROM: 'reports@shop.example',
    CORDAGE_HOME: home,
  })
  const mailer = await mail.open()
  return await mailer.send(LETTER, 'sales').finally(() => mailer.close())
}

test('STARTTLS that is required and not offered ends before anything is said', async () => {
  const server = await startMailServer()
  const outcome = await sendBy(`smtp://127.0.0.1:${server.port}?tls=required`)
  await server.stop()
  assert.equal(outcome.is, 'later')
  assert.equal(outcome.is === 'later' && outcome.isDoubtful, false)
  assert.equal(server.received.length, 0)
})

test('a certificate of nobody who is trusted is refused; one of the CA that the URL names is taken', async () => {
  for (const secure of [false, true]) {
    const { key, cert } = certificate
    const server = await startMailServer({ key, cert, secure })
    const scheme = secure ? 'smtps' : 'smtp'
    const refused = await sendBy(`${scheme}://127.0.0.1:${server.port}?tls=required`)
    assert.ok(refused.is === 'later' && !refused.isDoubtful, JSON.stringify(refused))
    assert.match(refused.problem, /certificate/)
    assert.equal(server.received.length, 0)
    const ca = encodeURIComponent(certificate.authority)
    assert.deepEqual(await sendBy(`${scheme}://127.0.0.1:${server.port}?tls=required&ca=${ca}`), {
      is: 'sent',
    })
    assert.equal(server.received.length, 1)
    await server.stop()
  }
})

test('a login that is refused is for whoever set it, not for the recipient', async () => {
  const { key, cert } = certificate
  const server = await startMailServer({
    ...{ key, cert, disabledCommands: [] },
    onAuth: ({ username, password }, _session, callback) =>
      callback(password === 's3cret@' ? null : new Error('wrong'), { user: username }),
  })
  const ca = encodeURIComponent(certificate.authority)
  const at = `127.0.0.1:${server.port}?tls=required&ca=${ca}`
  const refused = await sendBy(`smtp://anna:other@${at}`)
  assert.ok(refused.is === 'later' && !refused.isDoubtful)
  assert.doesNotMatch(refused.problem, /other/)
  assert.deepEqual(await sendBy(`smtp://anna:s3cret%40@${at}`), { is: 'sent' })
  await server.stop()
})

test('the URL of a mail server says how it is encrypted; what it cannot be is named', () => {
  const read = (url: string) => {
    const { host, port, encryption } = readSmtpUrl(new SecretUrl(url))
    return `${host} ${port} ${encryption}`
  }
  assert.equal(read('smtp://mail.shop.example'), 'mail.shop.example 587 required')
  assert.equal(read('smtp://mail.shop.example:25?tls=optional'), 'mail.shop.example 25 optional')
  assert.equal(read('smtps://mail.shop.example'), 'mail.shop.example 465 tls')
  assert.equal(read('smtp://localhost:2525'), 'localhost 2525 off')
  assert.equal(read('smtp://[::1]:2525'), '::1 2525 off')
  assert.throws(
    () => read('smtp://mail.shop.example?tls=no'),
    /SMTP_URL: tls is one of required, optional, off/,
  )
  assert.throws(() => read('smtp://mail.shop.example?ssl=no'), /SMTP_URL: knows tls and ca, no "ssl"/)
  assert.throws(() => read('smtp://mail.shop.example?ca=/none.pem'), /SMTP_URL: cannot read \/none\.pem/)
  assert.throws(() => read('smtp://'), /SMTP_URL/)
})

const NOTE = {
  title: 'Sales\noverview',
  paragraphs: ['Revenue of <!channel> & <https://evil.example|Bikes> grew.', 'x'.repeat(5000)],
  markdown: `# Sales\n\n@channel and @all\n${'| a | b |\n'.repeat(3000)}`,
  link: {
    url: 'https://bi.shop.example/function/write-report?report=sales-overview&from=2026-01-01',
    text: 'Open',
  },
}

test('a channel is told within its bounds, and nobody is called by a product’s name', () => {
  const slack = toSlack(NOTE) as { text: string; blocks: { text: { text: string } }[] }
  assert.equal(slack.text, 'Sales overview')
  assert.equal(
    slack.blocks[1]?.text.text,
    'Revenue of &lt;!channel&gt; &amp; &lt;https://evil.example|Bikes&gt; grew.',
  )
  assert.ok(slack.blocks.every(({ text }) => text.text.length <= 3000))
  assert.equal(slack.blocks.at(-1)?.text.text, `<${NOTE.link.url}|Open>`)
  const { text } = toMattermost(NOTE) as { text: string }
  assert.ok(text.length < 16_383)
  assert.doesNotMatch(text, /@(channel|all)/)
  assert.match(text, /…\n\n\[Open\]\(https:\/\/bi\.shop\.example\S+\)$/)
})

test('a webhook that is away, refuses, or redirects', async () => {
  const hook = await startWebhook()
  const send = (url: string) => {
    process.env.OUTBOX_TEST_ROOM_URL = url
    return sendNote({ kind: 'slack', connection: 'outbox-test-room', note: NOTE }, { home, name: 'sales' })
  }
  const url = hook.url('/services/secret')
  assert.deepEqual(await send(url), { is: 'sent' })
  Object.assign(hook.answer, { status: 503, headers: { 'retry-after': '120' }, text: '' })
  assert.deepEqual(await send(url), {
    ...{ is: 'later', problem: 'the webhook answered 503', isDoubtful: false, retryAfterMs: 120_000 },
  })
  Object.assign(hook.answer, { status: 404, headers: {}, text: `no_service ${url}` })
  assert.deepEqual(await send(url), { is: 'refused', problem: 'the webhook answered 404 no_service …' })
  Object.assign(hook.answer, { status: 302, headers: { location: hook.url('/elsewhere') }, text: '' })
  assert.equal((await send(url)).is, 'refused')
  assert.ok(hook.received.every(({ path }) => path === '/services/secret'))
  await hook.stop()
  const other = await startWebhook()
  await other.stop()
  const away = await send(other.url('/services/secret'))
  assert.ok(away.is === 'later' && !away.isDoubtful, JSON.stringify(away))
  assert.doesNotMatch(away.problem, /secret/)
  await assert.rejects(send('not a URL'), /OUTBOX_TEST_ROOM_URL: must be a URL/)
  delete process.env.OUTBOX_TEST_ROOM_URL
})

test('a webhook that takes a message with 200 and says no has not taken it, and one that never ends is not read on', async () => {
  const webhook = await startWebhook()
  const connection = 'room'
  process.env.ROOM_URL = webhook.url('/hook')
  const send = () =>
    sendNote(
      {
        kind: 'slack',
        connection,
        note: { title: 'Sales', paragraphs: ['Sales.'], markdown: 'Sales.', link: undefined },
      },
      { home, name: 'sales' },
    )
  try {
    for (const text of [
      '<!doctype html><title>Sign in</title>',
      '{"ok":false,"error":"invalid"}',
      'no_service',
    ]) {
      webhook.answer.text = text
      const outcome = await send()
      assert.ok(outcome.is === 'later' && outcome.isDoubtful, `${text}: ${JSON.stringify(outcome)}`)
    }
    for (const text of ['ok', '', '{"ok":true}', '{"success":true}', '1']) {
      webhook.answer.text = text
      assert.deepEqual(await send(), { is: 'sent' }, text)
    }
    webhook.answer.text = 'x'.repeat(5_000_000)
    assert.deepEqual(await send(), { is: 'sent' })
  } finally {
    delete process.env.ROOM_URL
    await webhook.stop()
  }
})
