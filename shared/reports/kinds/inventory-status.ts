import { largest, totals } from '../parts/numbers.ts'
import { deadStock, stockAtRisk } from '../parts/stock.ts'
import { trend } from '../parts/trend.ts'
import type { ReportKind } from './kind.ts'

export const INVENTORY_STATUS: ReportKind = {
  name: 'inventory-status',
  titles: {
    en: 'Inventory status',
    de: 'Stand des Lagers',
    fr: 'État des stocks',
    es: 'Estado del inventario',
  },
  mart: 'fct_inventory_snapshot',
  sections: [
    {
      name: 'numbers',
      parts: [
        totals('stock', 'previous', 'year_ago'),
        trend('stock'),
        largest('stock', 'location', 5),
        largest('stock', 'category', 5),
      ],
    },
    { name: 'stock', parts: [stockAtRisk, deadStock] },
  ],
}
