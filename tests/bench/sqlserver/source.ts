import { parseSource } from '../../../shared/capture/sources.ts'
import type { Source } from '../../../shared/config/index.ts'

/** The source file of the double's one table. */
export const readBenchSource = (): Source =>
  parseSource(
    'shop.yml',
    `connection: shop
capture: sqlserver
timeZone: UTC
tables:
  Sale:
    entity: sale
    key: [SaleID]
    columns:
      SaleID: { type: bigint, as: sale_id }
      OrderID: { type: int, as: order_id }
      LineNumber: { type: int, as: line_number }
      SaleDate: { type: date, as: sale_date }
      ProductID: { type: int, as: product_id }
      ClientID: { type: int, as: client_id }
      TerritoryID: { type: int, as: territory_id }
      Quantity: { type: int, as: quantity }
      Amount: { type: "decimal(19,4)", as: amount }
      Note: { type: string, as: note }
`,
  )
