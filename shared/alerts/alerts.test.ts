import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { SecretUrl } from '../config/index.ts'
import { OutageError } from '../errors/index.ts'
import { openAlerts } from './index.ts'

const ALERT = {
  name: 'check_failed',
  severity: 'critical',
  labels: { check: 'order_numbers_are_unique', model: 'check_order' },
  summary: 'check_order: order_numbers_are_unique did not pass',
  description: 'Found: 2 rows, such as 1; 2.',
} as const

const home = mkdtempSync(join(tmpdir(), 'cordage-alerts-'))
const posted: { path: string; authorization: string | undefined; body: Record<string, unknown>[] }[] = []
let server: Server
let status = 200
let port: number

before(async () => {
  server = createServer(async (request, response) => {
    const body = JSON.parse((await Array.fromAsync(request)).join(''))
    posted.push({ path: request.url ?? '', authorization: request.headers.authorization, body })
    response.writeHead(status).end()
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  port = (server.address() as AddressInfo).port
})
after(() => {
  server.close()
  rmSync(home, { recursive: true })
})

const read = () => {
  const folder = join(home, 'outbox', 'alerts')
  return readdirSync(folder).map(
    file => [file, JSON.parse(readFileSync(join(folder, file), 'utf8'))] as const,
  )
}

test('without an address each alert is a file, which keeps since when it is and says when it is over', async () => {
  const alerts = openAlerts({ CORDAGE_HOME: home, ALERT_URL: undefined })
  await alerts.resolve([ALERT])
  await alerts.send([ALERT])
  const [[file, first] = []] = read()
  assert.equal(file, 'check_failed-order_numbers_are_unique-check_order.json')
  assert.equal(first.endsAt, null)
  await alerts.send([{ ...ALERT, summary: 'still' }])
  const [[, again] = []] = read()
  assert.deepEqual([again.summary, again.startsAt], ['still', first.startsAt])
  await alerts.resolve([ALERT])
  const [[, over] = []] = read()
  assert.ok(Date.parse(over.endsAt) >= Date.parse(first.startsAt))
  assert.equal(over.summary, 'still')
})

test('an Alertmanager gets its own form, and the end of what is over', async () => {
  const alerts = openAlerts({
    CORDAGE_HOME: home,
    ALERT_URL: new SecretUrl(`http://anna:p%40ss@127.0.0.1:${port}/alertmanager/`),
  })
  await alerts.send([ALERT])
  await alerts.resolve([ALERT])
  const [sent, resolved] = posted
  assert.equal(sent?.path, '/alertmanager/api/v2/alerts')
  assert.equal(sent?.authorization, `Basic ${Buffer.from('anna:p@ss').toString('base64')}`)
  const [alert] = sent?.body ?? []
  assert.deepEqual(alert?.labels, { alertname: ALERT.name, severity: 'critical', ...ALERT.labels })
  assert.deepEqual(alert?.annotations, { summary: ALERT.summary, description: ALERT.description })
  assert.ok(Date.parse(String(alert?.endsAt)) > Date.now())
  assert.ok(Date.parse(String(resolved?.body[0]?.endsAt)) <= Date.now())
  assert.deepEqual(resolved?.body[0]?.labels, alert?.labels)
})

test('an Alertmanager that refuses or does not answer is an outage, named without its password', async () => {
  status = 500
  const url = (at: number) => new SecretUrl(`http://anna:secret@127.0.0.1:${at}`)
  for (const at of [port, 1])
    await assert.rejects(openAlerts({ CORDAGE_HOME: home, ALERT_URL: url(at) }).send([ALERT]), error => {
      assert.ok(error instanceof OutageError)
      assert.match(error.message, /Alertmanager/)
      assert.doesNotMatch(error.message, /secret/)
      return true
    })
})
