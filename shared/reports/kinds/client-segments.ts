import { largest, totals } from '../parts/numbers.ts'
import { trend } from '../parts/trend.ts'
import type { ReportKind } from './kind.ts'

export const CLIENT_SEGMENTS: ReportKind = {
  name: 'client-segments',
  titles: {
    en: 'Client segments',
    de: 'Kundensegmente',
    fr: 'Segments de clientèle',
    es: 'Segmentos de clientes',
  },
  mart: 'agg_client_rfm',
  sections: [
    {
      name: 'numbers',
      parts: [
        totals('clients_by_segment', 'previous', 'year_ago'),
        largest('clients_by_segment', 'segment', 12, { moved: true }),
        trend('revenue_per_order'),
        totals('buyers', 'previous', 'year_ago'),
        totals('revenue_per_order', 'previous'),
      ],
    },
  ],
}
