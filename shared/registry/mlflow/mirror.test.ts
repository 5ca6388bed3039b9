import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type MlflowDouble, startMlflowDouble } from '../../../tests/support/mlflow-double.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import { findModel, followAlias, makeChampion, mirrorChoice, mirrorTraining } from '../../forecasts/index.ts'
import { openMlflow } from '../../mlflow/index.ts'
import { makeLeases, type Store } from '../../store/index.ts'
import { makeLogger } from '../../telemetry/index.ts'

let postgres: TestPostgres | undefined
let store: Store
let double: MlflowDouble
let lines: Record<string, unknown>[] = []

const MEASURES = { rmsse: 0.57, wape: 0.54, belowP10: 0.11, aboveP90: 0.07, atOrAboveP90: 0.09, cells: 1120 }
const METRICS = {
  ...{
    wins: true,
    because: 'no other model serves',
    from: '2026-10-01',
    series: 40,
    days: 250,
    seconds: 2.5,
  },
  trainedBecause: 'no model serves yet',
  models: {
    served: MEASURES,
    boosted: { rmsse: 0.58 },
    naive_7: { rmsse: 0.82, mase: null },
  },
  segments: { smooth: MEASURES, 'category Räder & <Teile>': { ...MEASURES, cells: 20 } },
  champion: { rmsse: 0.6 },
  backtest: { rmsse: 0.59 },
}
const member = (text: string) => ({
  ...{ onnx: Buffer.from(text).toString('base64'), sha256: '', lightgbm: 'tree' },
})
const PARAMETERS = {
  ...{ features: ['age', 'price'], typical: [1, null], starts: { ratio: 1 }, horizonDays: 28, volume: 0.02 },
  ...{ levels: [[0.1, 0.5, 0.9]], choice: { p1: ['naive_7', 0.5] } },
}
const BUILD = {
  ...{ builtAt: '2026-11-27T06:00:00Z', position: '0001-30-00', changedAt: '2026-11-27T05:00:00Z' },
  versions: { 'shop.Sale': 12 },
}

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  double = await startMlflowDouble()
})
beforeEach(async () => {
  await store.query('truncate forecast.model restart identity cascade')
  double.fail()
  double.forget()
  double.requests.length = 0
  lines = []
})
after(async () => {
  double.stop()
  await postgres?.stop()
})

/** A process of its own, with a look at MLflow of its own. */
function makeMirror() {
  const log = makeLogger({ level: 'info', destination: { write: line => void lines.push(JSON.parse(line)) } })
  return {
    ...{ mlflow: openMlflow(double.url, { answerMs: 300 }), store, log },
    ...{ leases: makeLeases(store, Math.random().toString()), signal: new AbortController().signal },
  }
}
type Mirror = ReturnType<typeof makeMirror>

/** As train-forecast saves it. */
async function train(mirror: Mirror, wins = true): Promise<number> {
  await store.query("update forecast.model set role = 'retired' where role = 'challenger'")
  const [{ version = 0 } = {}] = await store.query<{ version: number }>(
    `insert into forecast.model (role, origin, members, parameters, metrics, data, code_version)
     values ('challenger', '2026-10-29', $1, $2, $3, $4, 'abc123') returning version`,
    [{ ratio: member('r'), tweedie: member('t') }, PARAMETERS, METRICS, BUILD].map(part =>
      JSON.stringify(part),
    ),
  )
  if (wins) await makeChampion(store.query, version)
  await mirrorTraining(mirror)
  return version
}

/** As promote-forecast does. */
async function choose(mirror: Mirror, version: number): Promise<void> {
  await makeChampion(store.query, version)
  await mirrorChoice(mirror)
}

const serving = async () => (await findModel(store.query, 'champion'))?.version
/** By aliases: which of our versions they name. */
const named = () =>
  Object.fromEntries(
    [...double.aliases].map(([alias, at]) => {
      const { tags } = double.versions.find(({ version }) => version === at) ?? { tags: [] }
      return [alias, Number(tags.find(({ key }) => key === 'version')?.value)]
    }),
  )
/** What somebody does in MLflow's page. */
const move = (version: number) => {
  const found = double.versions.find(({ tags }) =>
    tags.some(({ key, value }) => key === 'version' && value === String(version)),
  )
  double.aliases.set('champion', found?.version ?? '')
}

test('a training is logged with all that is known of it', async () => {
  await train(makeMirror())
  const [run, ...others] = double.runs
  assert.deepEqual(others, [])
  assert.ok(run)
  assert.equal(run.name, 'demand-forecast 1')
  assert.equal(run.status, 'FINISHED')
  assert.deepEqual(run.parameters, {
    ...{ version: '1', origin: '2026-10-29', codeVersion: 'abc123', series: '40', days: '250' },
    ...{ comparedFrom: '2026-10-01', members: 'ratio,tweedie', horizonDays: '28', volume: '0.02' },
    ...{ features: '2', mixedProducts: '1', builtAt: BUILD.builtAt, position: BUILD.position },
    ...{ changedAt: BUILD.changedAt, deltaVersions: '{"shop.Sale":12}' },
  })
  const { metrics } = run
  assert.equal(metrics.rmsse, 0.57)
  assert.equal(metrics['boosted.rmsse'], 0.58)
  assert.equal(metrics['baseline.naive_7.rmsse'], 0.82)
  assert.ok(!('baseline.naive_7.mase' in metrics), 'what is not known is no metric')
  assert.equal(metrics['segment.smooth.rmsse'], 0.57)
  assert.equal(metrics['segment.category Räder _ _Teile_.belowP10'], 0.11)
  assert.equal(metrics['champion.rmsse'], 0.6)
  assert.equal(metrics['backtest.rmsse'], 0.59)
  assert.deepEqual([metrics.wins, metrics.seconds, metrics.days], [1, 2.5, 250])
  assert.equal(run.tags.trainedBecause, 'no model serves yet')
  assert.equal(run.tags.comparison, 'no other model serves')
  assert.deepEqual([run.tags.builtAt, run.tags.position], [BUILD.builtAt, BUILD.position])
  assert.equal(run.tags.role, 'champion')
  assert.deepEqual(named(), { champion: 1 })
  assert.deepEqual(lines, [])
})

test('its files are the models as they are scored by, figures, and pictures', async () => {
  await train(makeMirror())
  const [run] = double.runs
  const read = (path: string) =>
    double.files.get(`1/${run?.id}/artifacts/${path}`)?.toString() ?? assert.fail(path)
  assert.equal(double.files.size, 7)
  assert.equal(read('model/ratio.onnx'), 'r')
  assert.equal(read('model/tweedie.onnx'), 't')
  assert.deepEqual(JSON.parse(read('model/parameters.json')), PARAMETERS)
  assert.deepEqual(JSON.parse(read('metrics.json')), METRICS)
  assert.deepEqual(JSON.parse(read('data.json')), BUILD)
  assert.match(read('plots/error-by-model.svg'), /served.*0\.570.*champion.*0\.600.*naive_7.*0\.820/s)
  const band = read('plots/band-by-segment.svg')
  assert.match(band, /all.*11\.0 %.*7\.0 %.*9\.0 %.*category Räder &amp; &lt;Teile&gt;/s)
  assert.ok(band.startsWith('<svg xmlns="http://www.w3.org/2000/svg" '))
})

test('what MLflow missed is logged with the next training, and nothing is logged twice', async () => {
  const mirror = makeMirror()
  await train(mirror)
  double.fail(() => ({ status: 500, text: '' }))
  await train(mirror)
  await train(mirror, false)
  assert.equal(lines.length, 1, 'told once')
  assert.equal(lines[0]?.level, 40)
  assert.equal(double.runs.length, 1)
  double.fail()
  assert.equal(await serving(), 2)
  await train(mirror, false)
  assert.deepEqual(
    double.runs.map(({ name }) => name),
    [1, 2, 3, 4].map(version => `demand-forecast ${version}`),
  )
  assert.deepEqual(
    double.runs.map(({ tags }) => tags.role),
    ['retired', 'champion', 'retired', 'challenger'],
  )
  assert.deepEqual(named(), { champion: 2, challenger: 4 })
  assert.equal(lines.length, 1)
})

test('a training that was logged by half is logged to its end', async () => {
  const calls = ['POST runs/create', 'POST runs/log-batch', 'PUT artifact', 'POST runs/update']
  const lastCalls = [...calls, 'POST model-versions/create', 'POST registered-models/alias']
  for (const last of lastCalls) {
    double.forget()
    await store.query('truncate forecast.model restart identity cascade')
    let over = false
    // The server is away after that.
    double.fail(call => {
      if (over) return 'hang'
      over = call === last
      return undefined
    })
    await train(makeMirror())
    double.fail()
    await train(makeMirror())
    assert.deepEqual(
      double.runs.map(({ name, status }) => [name, status]),
      [1, 2].map(version => [`demand-forecast ${version}`, 'FINISHED']),
      last,
    )
    assert.equal(double.versions.length, 2, last)
    assert.equal(double.files.size, 14, last)
    assert.deepEqual(named(), { champion: 2 }, last)
  }
})

test('two processes at once log a training once', async () => {
  await train({ ...makeMirror(), mlflow: openMlflow(double.url) })
  await store.query('update forecast.model set mlflow = null')
  double.forget()
  await Promise.all([1, 2, 3].map(() => mirrorTraining(makeMirror())))
  assert.equal(double.runs.length, 1)
  assert.equal(double.versions.length, 1)
})

test('an alias that somebody moves in MLflow makes the champion, once, and a promotion here moves it back', async () => {
  const mirror = makeMirror()
  await train(mirror)
  await train(mirror)
  await train(mirror, false)
  await followAlias(mirror)
  assert.equal(await serving(), 2)
  move(1)
  await followAlias(mirror)
  assert.equal(await serving(), 1)
  assert.deepEqual(
    lines.map(({ level, version, mlflowVersion }) => [level, version, mlflowVersion]),
    [[30, 1, '1']],
  )
  await followAlias(mirror)
  assert.equal(lines.length, 1)
  assert.deepEqual(
    double.runs.map(({ tags }) => tags.role),
    ['champion', 'retired', 'challenger'],
  )
  await choose(mirror, 3)
  assert.deepEqual(named(), { champion: 3 })
  await followAlias(mirror)
  assert.equal(await serving(), 3)
})

test('an alias that could not be moved is not taken for one that somebody moved', async () => {
  const mirror = makeMirror()
  await train(mirror)
  await train(mirror)
  double.fail(() => ({ status: 500, text: '' }))
  await choose(mirror, 1)
  await followAlias(mirror)
  double.fail()
  assert.deepEqual(named(), { champion: 2 })
  await followAlias(mirror)
  assert.equal(await serving(), 1)
  assert.deepEqual(named(), { champion: 1 }, 'and MLflow is told')
})

test('what is chosen here counts more than an alias that was moved before', async () => {
  const mirror = makeMirror()
  await train(mirror)
  await train(mirror)
  move(1)
  await choose(mirror, 2)
  await followAlias(mirror)
  assert.equal(await serving(), 2)
  assert.deepEqual(named(), { champion: 2 })
})

test('an alias that was moved during a training is followed, though the new model won', async () => {
  const mirror = makeMirror()
  await train(mirror)
  await train(mirror)
  move(1)
  await train(mirror)
  assert.equal(await serving(), 1)
  assert.deepEqual(named(), { champion: 1 })
})

test('an alias that names nothing of ours changes nothing, and one that is gone is set again', async () => {
  const mirror = makeMirror()
  await train(mirror)
  double.versions.push({ version: '9', run_id: 'theirs', source: '', tags: [] })
  double.aliases.set('champion', '9')
  await followAlias(mirror)
  assert.equal(await serving(), 1)
  assert.match(String(lines[0]?.msg), /not known here/)
  double.aliases.delete('champion')
  await followAlias(mirror)
  assert.deepEqual(named(), { champion: 1 })
})

test('another server gets what serves and what challenges it, and the alias', async () => {
  const mirror = makeMirror()
  for (const wins of [true, true, false]) await train(mirror, wins)
  double.forget()
  await train(mirror, false)
  assert.deepEqual(
    double.runs.map(({ name, tags }) => [name, tags.role]),
    [
      ['demand-forecast 2', 'champion'],
      ['demand-forecast 4', 'challenger'],
    ],
  )
  assert.deepEqual(named(), { champion: 2, challenger: 4 })
})

test('a run that somebody deleted keeps nothing from being told', async () => {
  const mirror = makeMirror()
  await train(mirror)
  await train(mirror)
  double.fail(call =>
    call === 'POST runs/set-tag'
      ? { status: 400, text: '{"error_code":"INVALID_PARAMETER_VALUE","message":"must be active"}' }
      : undefined,
  )
  await choose(mirror, 1)
  assert.deepEqual(named(), { champion: 1 })
  assert.deepEqual(lines, [])
})

test('files that the server does not take are left out, and that is said', async () => {
  double.filesAt = 's3://bucket'
  await train(makeMirror())
  double.filesAt = 'mlflow-artifacts:'
  assert.equal(double.files.size, 0)
  assert.equal(double.versions[0]?.source, `s3://bucket/1/${double.runs[0]?.id}/artifacts/model`)
  assert.match(String(lines[0]?.msg), /only its clients reach them/)
  assert.deepEqual(named(), { champion: 1 })
})

test('a model of an older form is logged with what is known of it', async () => {
  await store.query(
    `insert into forecast.model (role, origin, members, parameters, metrics, data, code_version)
     values ('champion', '2026-10-29', '{"x": 1}', '{}', '{"wins": null}', '{}', '')`,
  )
  await mirrorTraining(makeMirror())
  assert.deepEqual(lines, [])
  assert.equal(double.runs[0]?.status, 'FINISHED')
  assert.deepEqual(double.runs[0]?.metrics, { seconds: 0 })
})

test('without a server nothing is done', async () => {
  const mirror = { ...makeMirror(), mlflow: undefined }
  await mirrorTraining(mirror)
  await mirrorChoice(mirror)
  await followAlias(mirror)
  assert.deepEqual(lines, [])
})
