import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { parse } from 'yaml'
import { readSettings } from '../../shared/config/index.ts'
import { makeAuthenticate } from '../../shared/contract/access.ts'
import { makeHost } from '../../shared/contract/host.ts'
import { openers } from '../../shared/contract/resources/all.ts'
import { openResources, storeOptionsOf } from '../../shared/contract/serve.ts'
import { takeFreePort } from '../../shared/store/embedded.ts'
import { makeLogger } from '../../shared/telemetry/index.ts'
import { makeManifests } from '../../stacks/manifests/manifests.ts'
import { readOptions } from '../../stacks/manifests/options.ts'
import { listFunctions, loadFunction } from '../../stacks/project.ts'
import { waitFor } from '../support/demo.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'

/** Each function and the connector, started with what their manifests give them and nothing else. */
const manifests = await makeManifests(readOptions([], ROOT))

let postgres: TestPostgres
/** Where a container finds what is mounted, and where it lies in this test. */
let places: Record<string, string>

before(async () => {
  postgres = await startTestPostgres()
  await postgres.createStore('manifests')
  const [mounted, home] = [join(postgres.home, 'mounted'), join(postgres.home, 'container')]
  places = {
    '/etc/cordage/sources': join(ROOT, 'sources'),
    '/etc/cordage/secrets': mounted,
    '/var/openfaas/secrets': mounted,
    '/tmp/cordage': home,
    '0.0.0.0': '127.0.0.1',
  }
  const objects = join(postgres.home, 'objects')
  mkdirSync(join(objects, 'lake'), { recursive: true })
  mkdirSync(join(home, 'secrets'), { recursive: true })
  mkdirSync(mounted)
  const secrets = {
    STORE_URL: postgres.url('manifests').reveal(),
    OBJECTS_URL: pathToFileURL(objects).href,
    WAREHOUSE_URL: 'trino://cordage@trino.example:8080/lake',
    MASTER_KEY: 'ab'.repeat(32),
    FUNCTIONS_CLIENT_SECRET: 'of the connector',
  }
  for (const [name, text] of Object.entries(secrets))
    for (const file of [name, `cordage-${name.toLowerCase().replaceAll('_', '-')}`])
      writeFileSync(join(mounted, file), `${text}\n`)
  copyFileSync(join(ROOT, 'sources', 'adventureworks.yml'), join(mounted, 'adventureworks.yml'))
  writeFileSync(
    join(home, 'secrets', 'adventureworks.url'),
    `postgres://nobody@127.0.0.1:${await takeFreePort()}/away`,
  )
})
after(() => postgres.stop())

/** The environment of a container, with what is mounted where it lies here, which may lie below /tmp/cordage too. */
function placeHere(env: Record<string, string>): Record<string, string> {
  const place = (value: string) => {
    const [from, to] = Object.entries(places).find(([path]) => value.includes(path)) ?? ['', '']
    return value.replace(from, to)
  }
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, place(value)]))
}

type Container = { env: { name: string; value: string }[] }

function knativeEnv(name: string): Record<string, string> {
  const { spec } = parse(manifests.get(`stacks/knative/${name}.yml`) ?? '') as {
    spec: { template: { spec: { containers: [Container] } } }
  }
  return Object.fromEntries(spec.template.spec.containers[0].env.map(({ name, value }) => [name, value]))
}

const stack = parse(manifests.get('stack.yml') ?? '') as {
  functions: Record<string, { environment: Record<string, string> }>
}

for (const folder of listFunctions(ROOT))
  test(`${folder.name} starts with the settings and secrets of its manifests`, async () => {
    const definition = await loadFunction(folder)
    const inOpenfaas = stack.functions[folder.name]?.environment ?? {}
    for (const env of [knativeEnv(folder.name), inOpenfaas]) {
      const settings = readSettings(placeHere(env))
      assert.ok(settings.AUTH_URL, 'beyond loopback nobody may call without a token')
      const { resources, close } = await openResources(
        definition.uses,
        openers,
        settings,
        storeOptionsOf(definition, settings),
      )
      try {
        const log = makeLogger({ level: 'silent' })
        const authenticate = await makeAuthenticate(settings)
        const host = makeHost(definition, { settings, resources, log, authenticate })
        await host.start()
        assert.ok(host.isReady())
      } finally {
        await close()
      }
    }
  })

test('the connector starts with the settings, secrets and connections of its manifest', async () => {
  const port = await takeFreePort()
  const connector = spawn(process.execPath, [join(ROOT, 'stacks', 'connector', 'main.ts')], {
    env: { PATH: process.env.PATH, ...placeHere(knativeEnv('connector')), CONNECTOR_PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  connector.stderr.on('data', chunk => (said += String(chunk)))
  const ended = once(connector, 'exit')
  try {
    const isReady = () =>
      fetch(`http://127.0.0.1:${port}/_/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
    await waitFor('the connector to be ready', async () => connector.exitCode !== null || isReady(), 30_000)
    assert.equal(connector.exitCode, null, said)
  } finally {
    connector.kill()
    await ended
  }
})
