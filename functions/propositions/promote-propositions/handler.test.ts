import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { openMlflow } from '../../../shared/mlflow/index.ts'
import { type ObjectStore, openObjects } from '../../../shared/objects/index.ts'
import { findModel, followAlias, listModels, mirrorTraining } from '../../../shared/propositions/index.ts'
import { makeLeases, type Store } from '../../../shared/store/index.ts'
import { makeLogger } from '../../../shared/telemetry/index.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { type MlflowDouble, startMlflowDouble } from '../../../tests/support/mlflow-double.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import { saveProposer } from '../../../tests/support/proposer.ts'
import promotePropositions from './handler.ts'

const home = mkdtempSync(join(tmpdir(), 'cordage-promote-'))
let postgres: TestPostgres | undefined
let store: Store
let objects: ObjectStore
let double: MlflowDouble
let promote: StartedFunction

before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  objects = openObjects(pathToFileURL(home).href)
  double = await startMlflowDouble()
  const mlflow = openMlflow(double.url, { answerMs: 300 })
  promote = await startFunction(promotePropositions, { resources: { store, objects, mlflow } })
})
after(async () => {
  double.stop()
  await postgres?.stop()
  await rm(home, { recursive: true, force: true })
})

const roles = async () => (await listModels(store.query)).map(({ version, role }) => [version, role])
const announced = async () =>
  JSON.parse((await objects.get('models/propositions.json')).toString()) as unknown

test('without a model there is none to call back', async () => {
  const { status, body } = await promote.call({})
  assert.equal(status, 404)
  assert.match(String(body.detail), /no model has been trained yet/)
  await assert.rejects(announced, /no object/)
})

test('a version is let serve by one call, another call goes back, and who scores is told', async () => {
  await saveProposer(store, { wins: true })
  await saveProposer(store, { wins: false })
  assert.deepEqual(await roles(), [
    [2, 'challenger'],
    [1, 'champion'],
  ])
  const promoted = await promote.call({ version: 2 })
  assert.deepEqual([promoted.body.version, promoted.body.before], [2, 1])
  assert.deepEqual(await announced(), { version: 2, role: 'champion' })
  const back = await promote.call({})
  assert.deepEqual([back.body.version, back.body.before], [1, 2])
  assert.deepEqual(await roles(), [
    [2, 'retired'],
    [1, 'champion'],
  ])
  assert.deepEqual(await announced(), { version: 1, role: 'champion' })
})

test('a version that there is not is refused with those that there are, and nothing changes', async () => {
  const unknown = await promote.call({ version: 99 })
  assert.equal(unknown.status, 404)
  assert.match(String(unknown.body.detail), /no model 99: there are 2, 1/)
  for (const version of [0, 1.5, 'x', null]) assert.equal((await promote.call({ version })).status, 400)
  assert.deepEqual((await findModel(store.query, 'champion'))?.version, 1)
})

test('the alias in MLflow goes with a promotion, and one that is moved there is followed', async () => {
  const mirror = {
    ...{ mlflow: openMlflow(double.url), store, leases: makeLeases(store, 'another') },
    ...{ log: makeLogger({ level: 'silent' }), signal: new AbortController().signal },
  }
  await mirrorTraining(mirror)
  const versionOf = (version: number) =>
    double.versions.find(({ tags }) =>
      tags.some(({ key, value }) => key === 'version' && value === `${version}`),
    )?.version ?? ''
  assert.equal((await promote.call({ version: 2 })).status, 200)
  assert.equal(double.aliases.get('champion'), versionOf(2))
  double.aliases.set('champion', versionOf(1))
  await followAlias(mirror)
  assert.equal((await findModel(store.query, 'champion'))?.version, 1)
})
