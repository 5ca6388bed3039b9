import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Store } from '../../../shared/store/index.ts'
import { type StartedFunction, startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import propositionFeedback from './handler.ts'

const LIST = '6f7b3c51-4b1e-4f0e-9b52-0e6d8f0a1c11'

let postgres: TestPostgres
let store: Store
let feedback: StartedFunction
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
  await store.query(
    "insert into search.product (product_id, system, name, position) values ('b-7', 'shop', 'Bell', '0001')",
  )
  feedback = await startFunction(propositionFeedback, { resources: { store } })
})
beforeEach(() => store.query('delete from ingest.own_change'))
after(() => postgres.stop())

const recorded = () =>
  store.query<{ number: string; key: string; row: Record<string, string> }>(
    "select number, key, row from ingest.own_change where table_name = 'PropositionFeedback' order by number",
  )

test('a product that was opened is recorded with its list', async () => {
  const { status, body } = await feedback.call({ propositionsId: LIST, productId: 'b-7', action: 'click' })
  assert.deepEqual({ status, body }, { status: 202, body: { accepted: true } })
  const [change] = await recorded()
  assert.equal(change?.key, `${LIST}/click/b-7`)
  const { OccurredAt, ...row } = change?.row ?? {}
  assert.deepEqual(row, {
    InteractionID: `${LIST}/click/b-7`,
    Action: 'click',
    PropositionID: LIST,
    ProductID: 'b-7',
  })
  assert.match(OccurredAt ?? '', /^\d{4}-\d\d-\d\dT.*Z$/)
})

test('a repeat is recorded once, also at the same moment; another action is another interaction', async () => {
  const click = { propositionsId: LIST, productId: 'b-7', action: 'click' }
  const again = { ...click, propositionsId: LIST.toUpperCase() }
  await Promise.all([click, again, click, again].map(feedback.call))
  await feedback.call(click)
  await feedback.call({ ...click, action: 'order' })
  const keys = (await recorded()).map(({ key }) => key)
  assert.deepEqual(keys, [`${LIST}/click/b-7`, `${LIST}/order/b-7`])
})

test('a product that the index does not know is a 404 that names it', async () => {
  const { status, body } = await feedback.call({ propositionsId: LIST, productId: 'b-8', action: 'click' })
  assert.deepEqual([status, body.detail], [404, 'there is no product "b-8"'])
})

test('what is not a list, a product or an action is refused with its field', async () => {
  const { status, body } = await feedback.call({
    propositionsId: '7',
    productId: 'a\0b',
    action: 'buy',
    more: 1,
  })
  assert.equal(status, 400)
  assert.deepEqual(
    (body.errors as { field: string }[]).map(error => error.field),
    ['propositionsId', 'productId', 'action', 'more'],
  )
})

test('a store that does not answer is a 503', async () => {
  const query = async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  }
  const away = await startFunction(propositionFeedback, {
    resources: { store: { query } as unknown as Store },
  })
  const { status } = await away.call({ propositionsId: LIST, productId: 'b-7', action: 'click' })
  assert.equal(status, 503)
})
