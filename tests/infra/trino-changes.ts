import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import landChanges from '../../functions/land/land-changes/handler.ts'
import { makeOwnSource } from '../../shared/capture/own/source.ts'
import type { OwnTable } from '../../shared/capture/own/tables.ts'
import type { BusEvent, Row } from '../../shared/events/index.ts'
import type { Column } from '../../shared/lake/index.ts'
import type { ObjectStore } from '../../shared/objects/index.ts'
import { COLUMNS, decimal } from '../integration/lake-support.ts'
import { makeEvent } from '../support/catalogue.ts'
import { startFunction } from '../support/function.ts'
import { ROOT } from '../support/postgres.ts'
import { at, type Change } from '../support/warehouse.ts'

/** What a shop's days bring: changes with every digit of their time, deletions, quotients that do not come out even. */
export function makeChanges(): (Change | { table: string; epoch: number })[] {
  const sale = (SaleID: number, commit: number, row: Record<string, unknown>, second = '00'): Change => ({
    table: 'Sale',
    op: 'c',
    position: at(commit),
    changedAt: `2017-07-03T12:00:${second}+00:00`,
    row: {
      SaleID,
      OrderID: 45079,
      LineNumber: SaleID - 50_000,
      SaleDate: '2017-07-03',
      ProductID: 312,
      ClientID: 11000,
      TerritoryID: 4,
      ...row,
    },
  })
  const product = { ProductID: 312, ProductNumber: 'BK-1', Name: 'Größe — 寸法 😀 "\\', Category: 'Bikes' }
  const prices = { StandardCost: '1', ListPrice: '999.5' }
  return [
    {
      table: 'Product',
      op: 'u',
      position: at(0x2000),
      changedAt: '2017-07-03T06:59:59.999500+00:00',
      row: { ...product, ...prices, ModifiedDate: '2017-07-02 23:59:59.999500' },
    },
    {
      table: 'Product',
      op: 'u',
      position: at(0x2001),
      changedAt: '2017-07-03T12:00:00.123456+00:00',
      row: { ...product, ...prices, Name: null, ModifiedDate: '2017-11-05 01:30:00.123499' },
    },
    {
      table: 'Client',
      op: 'd',
      position: at(0x2002),
      changedAt: '2017-07-03T12:00:00.000499+00:00',
      row: { ClientID: 14657 },
    },
    {
      table: 'Sale',
      op: 'd',
      position: at(0x2003),
      changedAt: '2017-07-03T12:00:00+00:00',
      row: { SaleID: 2 },
    },
    // Clocks of the source that were set back, so that they read this twice, and forward, so that they never did.
    ...['2017-11-05 01:30:00.123499', '2017-03-12 02:30:00', '2017-07-01 02:30:00'].map((OrderDate, i) => ({
      table: 'Order',
      op: 'c',
      position: at(0x2010 + i),
      changedAt: '2017-07-03T12:00:00+00:00',
      row: { OrderID: 90_000 + i, OrderNumber: `SO${i}`, OrderDate, ClientID: 11000, TerritoryID: 4 },
    })),
    sale(60_000, 0x2004, { Quantity: 3, Amount: '999.5' }, '00.000500'),
    sale(60_001, 0x2005, { Quantity: 2, Amount: '0.0001' }, '00.000001'),
    sale(60_002, 0x2006, { Quantity: 2, Amount: '-0.0001' }),
    sale(60_003, 0x2007, { Quantity: 7, Amount: '-100.0000' }),
    sale(60_004, 0x2008, { Quantity: 0, Amount: '1' }),
    sale(60_005, 0x2009, { Quantity: 4, Amount: '99999999999.9999', ProductID: 313 }),
    // Rows that no model can use as they are.
    sale(60_006, 0x200a, { Quantity: null, Amount: '1', ProductID: null }),
    sale(60_007, 0x200b, { Quantity: 1, Amount: '2', SaleDate: '0202-11-05' }),
    sale(60_008, 0x200c, { Quantity: 1, Amount: '3', SaleDate: '9999-12-31' }),
    { table: 'Territory', epoch: 2 },
  ]
}

export const SEARCHES = 60

/** Lands searches with their clicks: every second is interleaved, every third is of one client. */
export async function landSearches(objects: ObjectStore): Promise<void> {
  const source = makeOwnSource()
  const land = await startFunction(landChanges, { resources: { objects, sources: [source] } })
  let commit = 0
  const event = (table: OwnTable, row: Row) => makeEvent({ table, row, commit: ++commit, source })
  const searches: BusEvent[] = []
  const clicks: BusEvent[] = []
  for (let n = 0; n < SEARCHES; n++) {
    const id = `search-${n}`
    const OccurredAt = new Date(Date.UTC(2017, 6, 2, 22, n * 4)).toISOString()
    const shown = n % 5 === 0 ? [] : ['a', 'b "\\', 'ç']
    const isInterleaved = n % 2 === 0
    const row = {
      ...{ InteractionID: id, OccurredAt, Action: 'search', SearchID: id, QueryKey: `key-${n % 7}` },
      ...{ ClientID: n % 3 === 0 ? 'c' : null, Language: n % 4 === 0 ? null : 'en', TookMs: n * 1.37 },
      ...{ ResultCount: shown.length, ZeroResults: shown.length === 0, Shown: JSON.stringify(shown) },
      ...{ ResultOffset: n % 8 === 7 ? 10 : 0 },
      ...(isInterleaved ? { Ranking: 'interleaved', Teams: '-pl' } : { Ranking: 'plain', Teams: null }),
    }
    searches.push(event('Search', row))
    const ProductID = shown[n % 4] ?? null
    const click = { InteractionID: `${id}/click`, OccurredAt, Action: 'click', SearchID: id, ProductID }
    if (ProductID !== null) clicks.push(event('SearchFeedback', click))
  }
  for (const events of [searches, clicks]) await land.deliver(events)
}

export const LISTS = 60

/** Lands lists with what came of them: each client buys one of its products up to 20 days later. */
export async function landLists(objects: ObjectStore): Promise<void> {
  const source = makeOwnSource()
  const land = await startFunction(landChanges, { resources: { objects, sources: [source] } })
  const [, ...lines] = readFileSync(join(ROOT, 'stacks/demo/data/order_line.csv'), 'utf8').split(
    '\n',
    LISTS + 1,
  )
  let commit = 0
  const event = (table: OwnTable, row: Row) => makeEvent({ table, row, commit: ++commit, source })
  const [lists, outcomes]: [BusEvent[], BusEvent[]] = [[], []]
  for (const [n, line] of lines.entries()) {
    const [, , day = '', product = '', client = ''] = line.split(',')
    const id = `list-${n}`
    const OccurredAt = new Date(Date.parse(`${day}T06:00:00Z`) - (n % 21) * 86_400_000).toISOString()
    const shown = [`x"${n}`, product, '480']
    const row = {
      ...{ InteractionID: id, OccurredAt, Action: 'propose', PropositionID: id, AskedFor: 'client' },
      ...{ ClientID: n % 10 === 9 ? null : client, Shown: JSON.stringify(shown), ResultCount: shown.length },
      ...(n % 4 > 0 && { Experiment: 'blend', ExperimentGroup: n % 4 === 1 ? 'a' : 'b' }),
      ...{ Model: 'blend', ModelVersion: '3', TookMs: n * 1.37 },
    }
    lists.push(event('Proposition', row))
    const Action = ['click', 'order', 'dismiss'][n % 3] ?? null
    const outcome = {
      InteractionID: `${id}/${Action}`,
      OccurredAt,
      Action,
      PropositionID: id,
      ProductID: product,
    }
    outcomes.push(event('PropositionFeedback', outcome))
  }
  for (const events of [lists, outcomes]) await land.deliver(events)
}

/** The same columns, some of them with types that hold more. */
export const WIDER: Column[] = COLUMNS.map(column => {
  if (column.name === 'Small') return { ...column, type: decimal(20, 4) }
  if (column.name === 'Middle') return { ...column, type: decimal(38, 10) }
  return column.name === 'Day' ? { ...column, type: { kind: 'timestampNtz' } } : column
})
