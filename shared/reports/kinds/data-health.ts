import { checks, leftOut } from '../parts/data-health.ts'
import { salesNotes } from '../parts/notes.ts'
import type { ReportKind } from './kind.ts'

export const DATA_HEALTH: ReportKind = {
  name: 'data-health',
  titles: {
    en: 'State of the data',
    de: 'Zustand der Daten',
    fr: 'État des données',
    es: 'Estado de los datos',
  },
  mart: 'fct_sale',
  access: 'operator',
  async readVersion(query) {
    const [row] = await query<{ version: string }>(
      `select concat_ws(' ', (select max(run_id) from ops.quality_run), (select count(*) from ops.parked),
         (select max(id) from ops.parked)) as version`,
    )
    return row?.version ?? ''
  },
  sections: [
    { name: 'data', parts: [checks, leftOut] },
    { name: 'notes', parts: [salesNotes] },
  ],
}
