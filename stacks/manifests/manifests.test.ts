import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { readTriggers } from '../../shared/config/index.ts'
import { defineFunction, jobOf } from '../../shared/contract/index.ts'
import { listFunctions, loadFunction, ROOT } from '../project.ts'
import { describeTrigger } from '../reference/pages.ts'
import { makeService } from './knative.ts'
import { KNATIVE, makeManifests } from './manifests.ts'
import { needsOf } from './needs.ts'
import { makeStack } from './openfaas.ts'
import { readOptions } from './options.ts'

const options = readOptions([], ROOT)
const manifests = await makeManifests(options)
const definitions = await Promise.all(listFunctions(ROOT).map(loadFunction))
const nameAll = definitions.map(({ name }) => name).sort()

type Env = { name: string; value: string }[]
type Service = {
  metadata: { labels: Record<string, string> }
  spec: {
    template: {
      metadata: { annotations: Record<string, string> }
      spec: {
        timeoutSeconds: number
        responseStartTimeoutSeconds: number
        containers: { env: Env }[]
        volumes: { name: string; secret?: { items: { key: string }[] } }[]
      }
    }
  }
}
type Stack = {
  functions: Record<
    string,
    { labels: Record<string, string>; environment: Record<string, string>; secrets: string[] }
  >
}

const stack = parse(manifests.get('stack.yml') ?? '') as Stack
const readService = (name: string) => parse(manifests.get(`${KNATIVE}/${name}.yml`) ?? '') as Service

function scaleOf({ spec }: Service): (string | undefined)[] {
  const { annotations } = spec.template.metadata
  return [annotations['autoscaling.knative.dev/min-scale'], annotations['autoscaling.knative.dev/max-scale']]
}

test('stack.yml and stacks/knative say what the code does today; "make manifests" prints them again', () => {
  for (const [path, text] of manifests) {
    assert.ok(existsSync(join(ROOT, path)), `${path} is missing: run "make manifests"`)
    assert.equal(readFileSync(join(ROOT, path), 'utf8'), text, `${path} is stale: run "make manifests"`)
  }
  const printed = readdirSync(join(ROOT, KNATIVE)).map(name => `${KNATIVE}/${name}`)
  assert.deepEqual([...printed, 'stack.yml'].sort(), [...manifests.keys()].sort())
})

test('every function is in both, and beside them only the connector', () => {
  assert.ok(nameAll.length > 0)
  assert.deepEqual(Object.keys(stack.functions).sort(), nameAll)
  const services = [...manifests.keys()].filter(path => path.startsWith(KNATIVE))
  assert.deepEqual(services.sort(), ['connector', ...nameAll].map(name => `${KNATIVE}/${name}.yml`).sort())
})

test('every trigger is in the manifest of its function, and what waits on a topic is always up', () => {
  const triggers = readTriggers(join(ROOT, 'triggers'))
  assert.deepEqual(triggers.map(trigger => trigger.function).sort(), nameAll)
  for (const trigger of triggers) {
    const callers = describeTrigger(trigger) ?? 'called over HTTP only'
    assert.ok(
      manifests.get(`${KNATIVE}/${trigger.function}.yml`)?.includes(`; ${callers}.`),
      trigger.function,
    )
    assert.ok(manifests.get('stack.yml')?.includes(`; ${callers}.`), trigger.function)
    if (trigger.topics) assert.equal(scaleOf(readService(trigger.function))[0], '1', trigger.function)
  }
})

test('only functions for people are reached from outside the cluster', () => {
  for (const { name, access } of definitions)
    assert.equal(
      readService(name).metadata.labels['networking.knative.dev/visibility'],
      access === 'public' || access === 'user' ? undefined : 'cluster-local',
      name,
    )
})

test('a host waits longer than the function takes, as far as Knative lets it', () => {
  for (const definition of definitions) {
    const { name } = definition
    // The caller of a job waits only for its start.
    const timeoutMs = (jobOf(definition) ? undefined : definition.timeoutMs) ?? 30_000
    const { timeoutSeconds, responseStartTimeoutSeconds } = readService(name).spec.template.spec
    assert.equal(timeoutSeconds, Math.min(600, timeoutMs / 1000 + 10), name)
    assert.equal(responseStartTimeoutSeconds, timeoutSeconds)
    const { exec_timeout, write_timeout } = stack.functions[name]?.environment ?? {}
    assert.deepEqual([exec_timeout, write_timeout], [`${timeoutMs / 1000}s`, `${timeoutMs / 1000 + 10}s`])
  }
})

test('a function is given the secrets of what it uses, as files, and no others', () => {
  const { containers, volumes } = readService('publish-marts').spec.template.spec
  assert.deepEqual(
    volumes.flatMap(({ secret }) => secret?.items.map(({ key }) => key) ?? []),
    ['STORE_URL', 'WAREHOUSE_URL'],
  )
  const files = containers[0]?.env.filter(({ name }) => name.endsWith('_FILE'))
  assert.deepEqual(files, [
    { name: 'STORE_URL_FILE', value: '/etc/cordage/secrets/STORE_URL' },
    { name: 'WAREHOUSE_URL_FILE', value: '/etc/cordage/secrets/WAREHOUSE_URL' },
  ])
  assert.deepEqual(stack.functions['publish-marts']?.secrets, ['cordage-store-url', 'cordage-warehouse-url'])
  assert.deepEqual(stack.functions['land-changes']?.secrets, ['cordage-objects-url', 'adventureworks.yml'])
})

const makeFunction = (spec: { timeoutMs: number; job?: { repeat: string } }) =>
  defineFunction({
    name: 'train-model',
    summary: 'Trains',
    access: 'operator',
    uses: ['store'],
    input: z.strictObject({}),
    output: z.strictObject({}),
    handle: async () => ({}),
    ...spec,
  })

test('what runs jobs has one copy, always up, and its calls end with the start of a job', () => {
  const definition = makeFunction({ timeoutMs: 3_600_000, job: { repeat: 'from the same rows' } })
  const needs = needsOf(definition, undefined, 30_000)
  const service = makeService(needs, options) as Service
  assert.deepEqual(scaleOf(service), ['1', '1'])
  assert.equal(service.spec.template.spec.timeoutSeconds, 40)
  const { functions } = makeStack([needs], options) as Stack
  assert.equal(functions['train-model']?.labels['com.openfaas.scale.zero'], 'false')
})

test('a call that takes longer than Knative waits is refused', () => {
  const needs = needsOf(makeFunction({ timeoutMs: 601_000 }), undefined, 30_000)
  assert.throws(
    () => makeService(needs, options),
    /train-model: a call may take 601 s, and Knative waits for 600/,
  )
})

test('a cluster of your own is given by options, which are held to the settings', async () => {
  const given = [
    '--registry',
    'images.shop.example',
    '--tag',
    '2',
    '--namespace',
    'bi',
    '--secret',
    'BUS_URL',
  ]
  const own = readOptions(
    [...given, '--set', 'AUTH_URL=https://id.shop.example', '--sources', options.sources],
    ROOT,
  )
  const printed = await makeManifests(own)
  const connector = printed.get(`${KNATIVE}/connector.yml`) ?? ''
  for (const text of [
    'image: images.shop.example/connector:2',
    'value: "*=http://{name}.bi.svc.cluster.local"',
    'value: https://id.shop.example',
    'value: /etc/cordage/secrets/BUS_URL',
  ])
    assert.ok(connector.includes(text), text)
  assert.ok(printed.get('stack.yml')?.includes('image: images.shop.example/read-mart:2'))
  assert.throws(() => readOptions(['--set', 'AUTH_URI=x'], ROOT), /"AUTH_URI" is no setting/)
  assert.throws(() => readOptions(['--set', 'AUTH_URL=x'], ROOT), /AUTH_URL: must be a URL/)
  assert.throws(() => readOptions(['--secret', 'BUS'], ROOT), /"BUS" is no setting/)
  assert.throws(
    () => readOptions(['--set', 'STORE_URL=postgres://u:p@db/x'], ROOT),
    /^ConfigError: STORE_URL is a secret/,
  )
})
