import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { findPostgres, takeFreePort } from '../../shared/store/embedded.ts'
import { waitFor } from '../support/demo.ts'
import { ROOT, startTestPostgres, type TestPostgres } from '../support/postgres.ts'

/**
 * The commands of docs/examples/README.md as they stand there, after those that start a Postgres; ports and folders are
 * this test's own.
 */
const run = promisify(execFile)

let postgres: TestPostgres
let blocks: string[]
let gateway: string
let env: NodeJS.ProcessEnv
before(async () => {
  postgres = await startTestPostgres()
  const { port, password } = new URL(postgres.url('postgres').reveal())
  const ownPort = await takeFreePort()
  gateway = `http://127.0.0.1:${ownPort}`
  const text = readFileSync(join(ROOT, 'docs/examples/README.md'), 'utf8')
    .replaceAll('/tmp/furniture', join(postgres.home, 'furniture'))
    .replaceAll('5544', port)
    .replaceAll('http://127.0.0.1:8080', gateway)
  blocks = [...text.matchAll(/```sh\n(.+?)```/gs)].map(([, block]) => block ?? '')
  env = {
    PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`,
    HOME: process.env.HOME,
    PG: findPostgres(ROOT),
    PGPASSWORD: password,
    PORT: String(ownPort),
  }
})
after(() => postgres.stop())

const bash = async (script: string) =>
  (await run('bash', ['-ec', script], { cwd: ROOT, env, maxBuffer: 1e7 })).stdout

test('the commands of the furniture shop lead from its SQL to a search and a mart answer', {
  timeout: 280_000,
}, async () => {
  const [, tables = '', check = '', start = '', ask = '', change = ''] = blocks
  assert.match(await bash(`${tables}${check}`), /^ok .*furniture\.yml: 6 tables can be captured$/m)
  assert.equal(start, 'make start\n')
  const settings = check.match(/^export .*$/gm)?.join('\n')
  const server = spawn('bash', ['-ec', `${settings}\nexec node stacks/local/main.ts`], {
    cwd: ROOT,
    env,
    stdio: 'ignore',
  })
  const ended = new Promise(resolve => server.once('exit', resolve))
  try {
    const search = `${gateway}/function/search-products?query=oak%20chair`
    await waitFor('the shop to be found', async () => {
      const response = await fetch(search).catch(() => undefined)
      return response?.ok && (await response.text()).includes('Oak chair')
    })
    const answers = await bash(ask)
    assert.match(answers, /"name":"Oak chair","category":"Chairs"/)
    assert.match(answers, /"category":"Chairs","currency":"EUR","order_count":1,.*"amount":"516\.0000"/)
    await waitFor('the renamed category', async () =>
      (await bash(change)).includes('"name":"Oak chair","category":"Seats"'),
    )
  } finally {
    server.kill('SIGINT')
    await ended
  }
})
