import type { Bus } from '../../shared/bus/index.ts'
import type { Source } from '../../shared/config/index.ts'
import { captureFlow, type Lineage } from '../../shared/lineage/index.ts'

/** The job of what capture does, beside those of functions. */
const JOB = 'capture'

/** The bus as a source's capture writes to it: what it appends is told. */
export function withLineage(bus: Bus, source: Source, lineage: Lineage): Bus {
  const tables = new Map(source.tables.map(table => [table.topic, table]))
  return {
    ...bus,
    async append(transaction, records) {
      const startedAt = new Date()
      await bus.append(transaction, records)
      if (records.length === 0) return
      const flows = [...Map.groupBy(records, record => record.topic)].flatMap(([topic, own]) => {
        const table = tables.get(topic)
        return table ? [captureFlow(source.system, table, own.length)] : []
      })
      lineage.note({ function: JOB, startedAt, endedAt: new Date(), flows })
    },
  }
}
