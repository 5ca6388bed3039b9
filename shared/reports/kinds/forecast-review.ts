import { forecastReview } from '../parts/forecast.ts'
import { salesNotes } from '../parts/notes.ts'
import { trend } from '../parts/trend.ts'
import type { ReportKind } from './kind.ts'

export const FORECAST_REVIEW: ReportKind = {
  name: 'forecast-review',
  titles: {
    en: 'Forecast review',
    de: 'Rückblick auf die Vorhersage',
    fr: 'Bilan des prévisions',
    es: 'Revisión de la previsión',
  },
  mart: 'fct_sale',
  async readVersion(query) {
    const [row] = await query<{ version: string }>(
      `select concat_ws(' ', (select max(scored_at) from forecast.product), (select count(*) from forecast.past)) as version`,
    )
    return row?.version ?? ''
  },
  sections: [
    { name: 'forecast', parts: [forecastReview, trend('units_sold')] },
    { name: 'notes', parts: [salesNotes] },
  ],
}
