import { parseSource } from '../../shared/capture/sources.ts'
import { CHANGE } from '../../shared/events/index.ts'

/** A sale as SQL Server teams keep them: keys, a 64-bit id, money as decimal(19,4), a zone-less time, some text. */
export const SOURCE_TEXT = `connection: bench
capture: postgres
timeZone: UTC
tables:
  Sale:
    entity: sale
    key: [SaleID]
    columns:
      SaleID: { type: bigint, as: sale_id }
      OrderID: { type: int, as: order_id }
      SaleDate: { type: date, as: sale_date }
      ProductID: { type: int, as: product_id }
      ClientID: { type: int, as: client_id }
      Quantity: { type: int, as: quantity }
      Amount: { type: "decimal(19,4)", as: amount }
      Comment: { type: string, as: comment }
      ModifiedDate: { type: timestampNtz, as: modified_at }
`
export const SOURCE = parseSource('bench.yml', SOURCE_TEXT)

/** JSON arrays of bus events, so many a batch; each some 450 bytes, and 140 more of attributes that the bus adds. */
export function makeBatches(events: number, perBatch: number): string[] {
  const batches: string[] = []
  for (let first = 0; first < events; first += perBatch)
    batches.push(JSON.stringify(Array.from({ length: perBatch }, (_, i) => makeEvent(first + i))))
  return batches
}

/** The n-th event, some 450 bytes of it data. */
export function makeEvent(n: number) {
  const partition = n % 4
  const position = `0001-${(0x4000_0000 + Math.floor(n / 3) * 64).toString(16).padStart(16, '0')}-${(n % 3).toString(16).padStart(8, '0')}`
  const at = `2017-06-${String(1 + (n % 28)).padStart(2, '0')}T${String(n % 24).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}:00.${String((n * 7919) % 1_000_000).padStart(6, '0')}`
  return {
    specversion: '1.0',
    id: `bench/Sale/${position}`,
    source: '/bench',
    type: CHANGE,
    time: `${at}Z`,
    position,
    partitionkey: String(n),
    topic: 'cdc.bench.Sale',
    partition,
    offset: String(Math.floor(n / 4)),
    busid: 'bench',
    data: {
      op: 'c',
      after: {
        SaleID: String(10_000_000_000 + n),
        OrderID: 43_659 + Math.floor(n / 3),
        SaleDate: at.slice(0, 10),
        ProductID: 1 + ((n * 7919) % 293),
        ClientID: 11_000 + ((n * 104_729) % 18_484),
        Quantity: 1 + (n % 7),
        Amount: `${(n * 31) % 3578}.${String((n * 17) % 10_000).padStart(4, '0')}`,
        Comment: `ordered ${((n * 104_729) % 100_003).toString(36)} in the web shop`,
        ModifiedDate: at,
      },
      source: { name: 'bench', schema: 'dbo', table: 'Sale' },
    },
  }
}
