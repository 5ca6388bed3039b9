import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type MlflowDouble, startMlflowDouble } from '../../tests/support/mlflow-double.ts'
import { SecretUrl } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import { makeLogger } from '../telemetry/index.ts'
import { type Mlflow, openMlflow, type Tracking } from './index.ts'

let double: MlflowDouble
let lines: string[] = []
const log = makeLogger({ level: 'warn', destination: { write: line => void lines.push(line) } })
const { signal } = new AbortController()
const attempt = <T>(mlflow: Mlflow, work: (tracking: Tracking) => Promise<T>, withinMs = 5000) =>
  mlflow.attempt({ withinMs, signal, log }, work)

before(async () => {
  double = await startMlflowDouble()
})
beforeEach(() => {
  double.fail()
  double.forget()
  double.requests.length = 0
  lines = []
})
after(() => double.stop())

const AT = new Date('2026-11-27T00:00:00Z')
async function makeRun({ ensureExperiment, createRun }: Tracking) {
  return await createRun(await ensureExperiment('shop'), { name: 'one', startedAt: AT, tags: {} })
}

test('a name and password of the URL are sent as such, a password alone as a token', async () => {
  const at = (user: string) => new SecretUrl(`http://${user}127.0.0.1:${double.port}/`)
  for (const user of ['anna:p%40ss@', ':to%2Fken@', ''])
    await attempt(openMlflow(at(user)), tracking => tracking.ensureModel('shop'))
  assert.deepEqual(
    double.requests.map(({ authorization }) => authorization),
    [`Basic ${Buffer.from('anna:p@ss').toString('base64')}`, 'Bearer to/ken', undefined],
  )
  assert.deepEqual(lines, [])
})

test('what MLflow has limits for is cut, split and renamed', async () => {
  const metrics = Object.fromEntries(
    Array.from({ length: 1500 }, (_, n) => [`segment.Räder & Teile/${n}.rmsse`, n]),
  )
  const parameters = Object.fromEntries(
    Array.from({ length: 130 }, (_, n) => [`p${n}`, `x${'😀'.repeat(5000)}`]),
  )
  await attempt(openMlflow(double.url), async tracking => {
    const run = await makeRun(tracking)
    await tracking.log(run.id, { parameters, metrics, tags: { long: 'x'.repeat(9000) }, at: AT })
  })
  const [run] = double.runs
  assert.deepEqual(lines, [])
  assert.equal(Object.keys(run?.metrics ?? {}).length, 1500)
  assert.equal(run?.metrics['segment.Räder _ Teile_7.rmsse'], 7)
  assert.equal(Object.keys(run?.parameters ?? {}).length, 130)
  assert.equal(String(run?.tags.long).length, 8000)
  assert.ok(String(run?.parameters.p1).isWellFormed(), 'no half of a character')
})

test('what is there already is no error, and is not made twice', async () => {
  const versions = await attempt(openMlflow(double.url), async tracking => {
    await tracking.ensureModel('shop')
    await tracking.ensureModel('shop')
    const run = await makeRun(tracking)
    await makeRun(tracking)
    const register = () => tracking.ensureVersion('shop', run, { folder: 'model', tags: {} })
    return [await register(), await register(), await tracking.findAlias('shop', 'champion')]
  })
  assert.deepEqual(versions, ['1', '1', undefined])
  assert.equal(double.requests.filter(({ call }) => call === 'POST experiments/create').length, 1)
  assert.match(double.versions[0]?.source ?? '', /^mlflow-artifacts:\/1\/run001-\w+\/artifacts\/model$/)
})

test('a server that is away, slow, broken or none is told once, without its password, until it works again', async () => {
  const html = { status: 200, text: '<html>please sign in</html>' }
  const troubles: [string, Parameters<MlflowDouble['fail']>[0], RegExp][] = [
    ['slow', () => 'hang', /does not answer/],
    ['broken', () => ({ status: 500, text: 'oh' }), /answered 500/],
    [
      'broken in its own words',
      () => ({ status: 503, text: '{"error_code":"X","message":"y"}' }),
      /answered 503/,
    ],
    ['refused', () => ({ status: 403, text: '{"error_code":"PERMISSION_DENIED","message":"no"}' }), /no/],
    ['nonsense', () => html, /does not answer .* as MLflow does/],
    ['other JSON', () => ({ status: 200, text: '{"run":7}' }), /does not answer .* as MLflow does/],
  ]
  const url = new SecretUrl(`http://anna:secret@127.0.0.1:${double.port}`)
  for (const [name, trouble, problem] of troubles) {
    const mlflow = openMlflow(url, { answerMs: 200 })
    double.fail(trouble)
    for (let time = 0; time < 3; time++) assert.equal(await attempt(mlflow, makeRun), undefined, name)
    assert.equal(lines.length, 1, name)
    assert.match(JSON.parse(lines[0] ?? '').problem, problem, name)
    assert.doesNotMatch(lines[0] ?? '', /secret/)
    double.fail()
    assert.ok(await attempt(mlflow, makeRun), name)
    double.fail(trouble)
    await attempt(mlflow, makeRun)
    assert.equal(lines.length, 2, `${name}, after it worked`)
    lines = []
  }
  const gone = await startMlflowDouble()
  gone.stop()
  const away = openMlflow(new SecretUrl(`http://anna:secret@127.0.0.1:${gone.port}`))
  assert.equal(await attempt(away, makeRun), undefined)
  assert.match(lines[0] ?? '', /does not answer: fetch failed: connect ECONNREFUSED/)
})

test('many slow answers take no longer than there is time', async () => {
  const startedAt = performance.now()
  double.fail(() => 'hang')
  assert.equal(await attempt(openMlflow(double.url), makeRun, 300), undefined)
  assert.ok(performance.now() - startedAt < 2000)
})

test('whoever aborts is not told that MLflow is away', async () => {
  const abort = new AbortController()
  double.fail(() => {
    abort.abort()
    return 'hang'
  })
  await openMlflow(double.url).attempt({ withinMs: 5000, signal: abort.signal, log }, makeRun)
  assert.deepEqual(lines, [])
})

test('what is no URL ends the start', () => {
  assert.throws(() => openMlflow(new SecretUrl('http://:secret@')), ConfigError)
})
