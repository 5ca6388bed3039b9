import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { makeOwnSource } from '../../../shared/capture/own/source.ts'
import { parseSource } from '../../../shared/capture/sources.ts'
import type { Source } from '../../../shared/config/index.ts'
import { forgetClient } from '../../../shared/propositions/clients.ts'
import { dropCovered, recentOf } from '../../../shared/propositions/recent.ts'
import type { Store } from '../../../shared/store/index.ts'
import { makeEvent, makeSnapshotEnd, makeTruncate } from '../../../tests/support/catalogue.ts'
import { startFunction } from '../../../tests/support/function.ts'
import { startTestPostgres, type TestPostgres } from '../../../tests/support/postgres.ts'
import { readRecent } from '../../../tests/support/recent.ts'
import definition from './handler.ts'

const TABLES = `
capture: postgres
timeZone: America/Los_Angeles
tables:
  Client: { entity: client, key: [id], partitions: 1, columns: { id: { type: int, as: client_id } } }
  Order:
    entity: order
    key: [id]
    partitions: 1
    columns:
      id: { type: int, as: order_id }
      at: { type: timestampNtz, as: ordered_at }
      client: { type: int, as: client_id }
  Item:
    entity: order_item
    key: [order, line]
    partitions: 1
    columns:
      order: { type: int, as: order_id }
      line: { type: int, as: line_number }
      product: { type: int, as: product_id }
  Sale:
    entity: sale
    key: [id]
    partitions: 1
    columns:
      id: { type: int, as: sale_id }
      order: { type: int, as: order_id }
      day: { type: date, as: sale_date }
      product: { type: int, as: product_id }
      client: { type: int, as: client_id }
      amount: { type: "decimal(19,4)", as: amount }
  Return:
    entity: return
    key: [sale]
    partitions: 1
    columns: { sale: { type: int, as: sale_id }, day: { type: date, as: return_date } }
  Event:
    entity: interaction
    key: [id]
    partitions: 1
    columns:
      id: { type: int, as: interaction_id }
      action: { type: string, as: action }
      client: { type: int, as: client_id }
      product: { type: int, as: product_id }
`
const shop = parseSource('sources/shop.yml', `connection: shop\n${TABLES}`)
const other = parseSource('sources/other.yml', `connection: other\nidPrefix: o-\n${TABLES}`)
/** A till: it has sales, and no orders. */
const till = parseSource(
  'sources/till.yml',
  `connection: till\n${TABLES.replace(/ {2}Order:[\s\S]*? {2}Sale:/, '  Sale:').replace(/ {2}Return:[\s\S]*/, '')}`,
)
const own = makeOwnSource()

let postgres: TestPostgres
let store: Store
before(async () => {
  postgres = await startTestPostgres()
  store = await postgres.createStore()
})
after(() => postgres.stop())
beforeEach(() =>
  store.query(
    'truncate propositions.recent, propositions.client, propositions.snapshot, propositions.cleared',
  ),
)

async function deliver(...events: Parameters<Awaited<ReturnType<typeof startFunction>>['deliver']>[0]) {
  const sources = [shop, other, till, own]
  const { deliver } = await startFunction(definition, { resources: { store, sources } })
  const { status, results } = await deliver(events)
  assert.equal(status, 200)
  return results.map(result => result.reason ?? result.status)
}

type Given = Parameters<typeof makeEvent>[0]
const change = (table: string, row: Given['row'], commit: number, more: Partial<Given> = {}) =>
  makeEvent({ table, row, commit, source: shop, ...more })
const order = (commit: number, row: Given['row'] = {}, more: Partial<Given> = {}) =>
  change('Order', { id: 1, at: '2026-01-01T20:30:00.000000', client: 7, ...row }, commit, more)
const item = (commit: number, row: Given['row'] = {}, more: Partial<Given> = {}) =>
  change('Item', { order: 1, line: 1, product: 70, ...row }, commit, more)
const sale = (commit: number, row: Given['row'] = {}, more: Partial<Given> = {}) =>
  change(
    'Sale',
    { id: 5, order: 1, day: '2026-01-01', product: 70, client: 7, amount: '1.0000', ...row },
    commit,
    more,
  )

const recent = async (clientId = '7') =>
  (await readRecent(store.query, clientId)).map(({ kind, productId, day }) => `${kind} ${productId} ${day}`)
const count = async (where = 'true') =>
  (await store.query<{ n: number }>(`select count(*)::int as n from propositions.recent where ${where}`))[0]
    ?.n

test('an ordered line is its order’s client’s, with its date, whichever comes first', async () => {
  assert.deepEqual(await deliver(order(1), item(2)), ['done', 'done'])
  assert.deepEqual(await recent(), ['purchase 70 2026-01-01'])
  const [first] = await readRecent(store.query, '7')
  assert.equal(first?.at.toISOString(), '2026-01-02T04:30:00.000Z')
  await store.query('truncate propositions.recent')
  await deliver(item(2))
  assert.deepEqual(await recent(), [])
  await deliver(order(1))
  assert.deepEqual(await recent(), ['purchase 70 2026-01-01'])
})

test('a repeat changes nothing, nor does a late change', async () => {
  await deliver(order(1), item(2), item(4, { product: 71 }, { op: 'u' }))
  const before = await store.query('select xmin, * from propositions.recent order by source_table')
  await deliver(
    order(1),
    item(2),
    item(4, { product: 71 }, { op: 'u' }),
    item(3, { product: 72 }, { op: 'u' }),
  )
  assert.deepEqual(await store.query('select xmin, * from propositions.recent order by source_table'), before)
  assert.deepEqual(await recent(), ['purchase 71 2026-01-01'])
})

test('a change of the line keeps its client, and a change of the order’s client moves it', async () => {
  await deliver(order(1), item(2))
  await deliver(order(3, { client: 8, at: '2026-01-05T12:00:00.000000' }, { op: 'u' }))
  assert.deepEqual([await recent('7'), await recent('8')], [[], ['purchase 70 2026-01-05']])
})

test('what is deleted is gone, and stays gone though its creation comes late', async () => {
  await deliver(order(1), item(2), item(3, { line: 2, product: 71 }))
  await deliver(item(4, { product: null }, { op: 'd' }))
  assert.deepEqual(await recent(), ['purchase 71 2026-01-01'])
  await deliver(order(5, { at: null, client: null }, { op: 'd' }))
  assert.deepEqual(await recent(), [])
  await deliver(order(1), item(2), item(6, { line: 3, product: 72 }))
  assert.deepEqual(await recent(), [])
  await deliver(item(9, { order: 2, product: null }, { op: 'd' }), order(7, { id: 2 }))
  await deliver(item(8, { order: 2 }))
  assert.deepEqual(await recent(), [])
})

test('a truncation takes everything before it, also what comes later', async () => {
  await deliver(order(1), item(2))
  await deliver(makeTruncate('Order', 3))
  assert.deepEqual(await recent(), [])
  await deliver(order(1), order(4, { id: 2 }), item(5, { order: 2, product: 71 }))
  assert.deepEqual(await recent(), ['purchase 71 2026-01-01'])
  await deliver(makeTruncate('Item', 6), item(2))
  assert.deepEqual(await recent(), [])
})

test('what a snapshot reads is not new; it renews what is there, and what it lacks is gone', async () => {
  await deliver(order(1, {}, { op: 'r' }), item(1, {}, { op: 'r' }), makeSnapshotEnd('Order', 1, 2))
  assert.equal(await count(), 0)
  await deliver(order(3), item(4), order(5, { id: 2 }), item(6, { order: 2, product: 71 }))
  const read = { op: 'r', epoch: 2 } as const
  await deliver(order(1, {}, read), item(2, { product: 72 }, read), order(3, { id: 3 }, read))
  await deliver(makeSnapshotEnd('Order', 2, 9), makeSnapshotEnd('Item', 2, 9))
  assert.deepEqual(await recent(), ['purchase 72 2026-01-01'])
  assert.equal(await count("source_table = 'Order' and not is_deleted"), 1)
})

test('an invoiced line of an order that has lines is the same purchase; without orders it is one', async () => {
  await deliver(order(1), item(2), sale(3))
  assert.deepEqual(await recent(), ['purchase 70 2026-01-01'])
  await deliver(sale(4, { id: 6, order: null, product: 71, day: '2025-12-24' }))
  assert.deepEqual(await recent(), ['purchase 70 2026-01-01', 'purchase 71 2025-12-24'])
  await store.query('truncate propositions.recent')
  await deliver(sale(1, {}, { source: till }))
  assert.deepEqual(await recent(), ['purchase 70 2026-01-01'])
})

test('what was sent back is that of its sale, of an order with lines too', async () => {
  await deliver(change('Return', { sale: 5, day: '2026-01-09' }, 4))
  assert.deepEqual(await recent(), [])
  await deliver(order(1), item(2), sale(3))
  assert.deepEqual(await recent(), ['return 70 2026-01-09', 'purchase 70 2026-01-01'])
})

const shown = (table: string, row: Given['row'], commit: number) =>
  change(table, { OccurredAt: '2026-01-03T00:00:00.000Z', ...row }, commit, { source: own })

test('what became of a list or a search is its client’s, whichever comes first', async () => {
  const list = shown(
    'Proposition',
    { InteractionID: 'l', PropositionID: 'l', Action: 'propose', ClientID: '7' },
    3,
  )
  await deliver(
    shown(
      'PropositionFeedback',
      { InteractionID: 'f', PropositionID: 'l', Action: 'dismiss', ProductID: '1' },
      1,
    ),
    shown('SearchFeedback', { InteractionID: 'g', SearchID: 's', Action: 'click', ProductID: '2' }, 2),
  )
  assert.deepEqual(await recent(), [])
  await deliver(list)
  assert.deepEqual(await recent(), ['dismiss 1 2026-01-03'])
  await deliver(
    shown('Search', { InteractionID: 's', SearchID: 's', Action: 'search', ClientID: '7' }, 4),
    shown('Search', { InteractionID: 't', SearchID: 't', Action: 'search', ClientID: null }, 5),
    shown('SearchFeedback', { InteractionID: 'h', SearchID: 's', Action: 'order', ProductID: '3' }, 6),
  )
  assert.deepEqual(await recent(), ['dismiss 1 2026-01-03', 'click 2 2026-01-03', 'order 3 2026-01-03'])
  assert.equal(await count("own_id = 't'"), 0, "nobody's search is not kept")
})

test('interactions that a source has itself are followed, those of known actions', async () => {
  const event = (id: number, action: string) => change('Event', { id, action, client: 7, product: id }, id)
  await deliver(event(1, 'view'), event(2, 'click'), event(3, 'dismiss'), event(4, 'log-in'))
  assert.deepEqual((await recent()).sort(), [
    'click 2 2026-01-02',
    'dismiss 3 2026-01-02',
    'view 1 2026-01-02',
  ])
})

const gone = (commit: number, more: Partial<Given> = {}) =>
  change('Client', { id: 7 }, commit, { op: 'd', ...more })

test('a deleted client is forgotten at once, and what comes later is not kept', async () => {
  await deliver(order(1), item(2), order(3, { id: 2, client: 8 }), item(4, { order: 2 }))
  const click = shown(
    'Proposition',
    { InteractionID: 'l', PropositionID: 'l', Action: 'propose', ClientID: '7' },
    9,
  )
  await deliver(gone(5))
  assert.deepEqual([await recent(), await recent('8')], [[], ['purchase 70 2026-01-01']])
  await deliver(order(6, { id: 3 }), item(7, { order: 3 }), sale(8), click, order(10, { id: 2 }, { op: 'u' }))
  assert.equal(await count("client_id = '7'"), 0)
  assert.deepEqual(await recent('8'), [], 'the order is no more theirs')
  const tombstones = () => store.query('select client_id from propositions.gone_client')
  assert.deepEqual(await tombstones(), [{ client_id: '7' }])
})

test('a client who comes back is followed again; an older deletion that comes late changes nothing', async () => {
  await deliver(gone(5), change('Client', { id: 7 }, 6), order(7), item(8))
  assert.deepEqual(await recent(), ['purchase 70 2026-01-01'])
  await deliver(gone(5))
  assert.deepEqual(await recent(), ['purchase 70 2026-01-01'])
  assert.deepEqual(await store.query('select 1 from propositions.gone_client'), [])
  await forgetClient(store.query, '7', '0001-0000000000000009-00000000')
  assert.deepEqual(await recent(), [])
})

test('clients whom a snapshot lacks, and those of a truncated table, are forgotten', async () => {
  const client = (id: number, commit: number, more: Partial<Given> = {}) =>
    change('Client', { id }, commit, more)
  await deliver(client(7, 1, { op: 'r' }), client(8, 2), order(3), item(4))
  await deliver(order(5, { id: 2, client: 8 }), item(6, { order: 2 }))
  await deliver(client(8, 1, { op: 'r', epoch: 2 }), makeSnapshotEnd('Client', 2, 9))
  assert.deepEqual([await recent('7'), await recent('8')], [[], ['purchase 70 2026-01-01']])
  await deliver({ ...makeTruncate('Client', 9), position: '0003-0000000000000001-00000000' })
  assert.equal(await count('client_id is not null'), 0)
})

test('two systems with the same ids are told apart by their prefix', async () => {
  await deliver(order(1), item(2), order(1, { client: 9 }, { source: other }), item(2, {}, { source: other }))
  assert.deepEqual(
    [await recent('7'), await recent('o-9')],
    [['purchase 70 2026-01-01'], ['purchase o-70 2026-01-01']],
  )
  await deliver(order(5, { client: null }, { op: 'd', source: other }))
  assert.deepEqual([await recent('7'), await recent('o-9')], [['purchase 70 2026-01-01'], []])
})

test('what is no change is parked, and the rest goes on', async () => {
  const data = [{ op: 'x' }, 'nothing', { op: 'c', after: null, before: null, source: {} }, null]
  const malformed = data.map((data, i) => ({ ...order(i + 1), data }))
  const end = { ...makeSnapshotEnd('Order', 1, 5), data: { epoch: 'x' } }
  const timeless = { ...order(6), time: 'yesterday' }
  const nul = change('Event', { id: 1, action: 'click\0', client: 7, product: 1 }, 7)
  const answers = await deliver(...malformed, end, timeless, order(8), item(9), nul)
  assert.deepEqual(answers.sort(), [...Array(7).fill('malformed_event'), 'done', 'done'].sort())
  assert.deepEqual(await recent(), ['purchase 70 2026-01-01'])
  assert.deepEqual(await deliver({ ...order(9), topic: 'cdc.shop.Nothing' }), ['not_followed'])
})

test('a date that cannot be is that of the change, and ids of any length are kept apart', async () => {
  await deliver(
    order(1, { at: '0202-01-01T00:00:00.000000' }),
    item(2),
    order(3, { id: 2, at: null }),
    item(4, { order: 2 }),
  )
  // The events' time is 2026-01-02T03:04:05Z, the day before in Los Angeles.
  assert.deepEqual(await recent(), ['purchase 70 2026-01-01', 'purchase 70 2026-01-01'])
  const long = 'x'.repeat(5000)
  await deliver(order(5, { id: `${long}1`, client: long }), order(6, { id: `${long}2`, client: `${long}y` }))
  await deliver(item(7, { order: `${long}1`, product: `${long}p` }))
  assert.equal((await readRecent(store.query, long)).length, 1)
  assert.deepEqual(await readRecent(store.query, `${long}y`), [])
})

test('what builds cover is dropped, and lists and searches after a day', async () => {
  await deliver(order(1), item(2), item(3, { line: 2, product: 71 }))
  await deliver(
    shown('Proposition', { InteractionID: 'l', PropositionID: 'l', Action: 'propose', ClientID: '7' }, 3),
  )
  await store.query("update propositions.recent set written_at = now() - interval '2 days'")
  const week = new Date(Date.now() - 7 * 86_400_000)
  assert.equal(await dropCovered(store.query, { before: week }), 1)
  await store.query(
    "update propositions.recent set written_at = now() - interval '8 days' where product_id = '70'",
  )
  assert.equal(await dropCovered(store.query, { before: week }), 1)
  assert.deepEqual(await recent(), ['purchase 71 2026-01-01'])
})

test('orders and their lines that come at the same moment find each other', async () => {
  for (let round = 0; round < 30; round++) {
    const id = round + 1
    await Promise.all([
      deliver(order(2 * id, { id })),
      deliver(item(2 * id + 1, { order: id, product: id })),
      deliver(order(2 * id, { id, client: 8 }, { source: other as Source })),
    ])
    assert.equal((await readRecent(store.query, '7')).length, id)
  }
})

test('of a client with ten thousand orders the newest five hundred are read, and no other is looked at', async () => {
  await store.query(
    `insert into propositions.recent (system, source_table, key, position, is_deleted, kind, client_id, product_id, day, at)
     select 'shop', 'Item', n::text, '0001', false, case when n % 2 = 0 then 'purchase' end, '7', n::text,
       date '2026-01-01', timestamptz '2026-01-01' + n * interval '1 second'
     from generate_series(1, 20000) n`,
  )
  await store.query('analyze propositions.recent')
  const rows = await readRecent(store.query, '7')
  assert.deepEqual([rows.length, rows[0]?.productId], [500, '20000'])
  const plan = await store.query<{ 'QUERY PLAN': string }>(`explain (analyze) ${recentOf("'7'")}`)
  const text = plan.map(line => line['QUERY PLAN']).join('\n')
  assert.match(text, /Index Scan using recent_by_client .* rows=500(\.00)? loops=1/)
})
