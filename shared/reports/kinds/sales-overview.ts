import { findings } from '../parts/findings.ts'
import { salesNotes } from '../parts/notes.ts'
import { largest, totals } from '../parts/numbers.ts'
import { trend } from '../parts/trend.ts'
import type { ReportKind } from './kind.ts'

export const SALES_OVERVIEW: ReportKind = {
  name: 'sales-overview',
  titles: {
    en: 'Sales overview',
    de: 'Überblick über den Verkauf',
    fr: 'Aperçu des ventes',
    es: 'Resumen de ventas',
  },
  mart: 'fct_sale',
  sections: [
    {
      name: 'numbers',
      parts: [
        totals('revenue', 'previous', 'year_ago'),
        totals('orders', 'previous', 'year_ago'),
        totals('units_sold', 'previous', 'year_ago'),
        totals('buyers', 'previous'),
        totals('revenue_per_order', 'previous'),
        totals('returned_amount', 'previous'),
        trend('revenue'),
        largest('revenue', 'category', 5),
        largest('revenue', 'region', 5),
      ],
    },
    { name: 'findings', parts: [findings] },
    { name: 'notes', parts: [salesNotes] },
  ],
}
