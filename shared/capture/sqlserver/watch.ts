import type { Catalog } from './catalog.ts'
import type { Clock } from './clock.ts'
import type { SqlServerSource } from './keys.ts'
import type { Latest } from './poll.ts'
import type { Parameter, Session } from './session.ts'
import { readClock, readErrors, readPartitions } from './statements.ts'

const LOOK_MS = 60_000
/** The capture job writes an entry every five minutes, even where nothing is changed. */
const SILENT_MS = 15 * 60_000

/** Watches what capture itself would not notice: a capture job that stands still, and partitions that were switched. */
export function makeWatch({
  source,
  session,
  catalog,
  clock,
}: {
  source: SqlServerSource
  session: Session
  catalog: Catalog
  clock: Clock
}) {
  const switchable = [...catalog.tables.values()].filter(
    ({ partitions, instances }) =>
      partitions.length > 1 && instances.some(({ allowsSwitch }) => allowsSwitch),
  )
  let lookedMs = Number.NEGATIVE_INFINITY
  let problem: string | undefined

  const findSilence = async (latest: Latest | undefined): Promise<string | undefined> => {
    const [row] = await session.query(readClock.text())
    const now = row?.[1] as Date
    const since = latest ? clock.toInstant(latest.localTime) : undefined
    if (since && now.getTime() - since.getTime() < SILENT_MS) return undefined
    const [failure] = await session.query(readErrors.text()).catch(() => [])
    const because = failure ? `; its last error is ${failure[1]}: ${failure[2]}` : ''
    return `the capture job at the source has written nothing ${since ? `since ${since.toISOString()}` : 'yet'}, and changes wait in its log, which grows: exec sys.sp_cdc_start_job N'capture' (after a failover first exec sys.sp_cdc_add_job N'capture')${because}`
  }

  const findSwitched = async (): Promise<string[]> => {
    if (switchable.length === 0) return []
    const names: Record<string, Parameter> = { schema: { text: source.namespace } }
    for (const [i, { name }] of switchable.entries()) names[`t${i}`] = { text: name }
    const rows = await session.query(readPartitions.text(switchable.length), names)
    return switchable.flatMap(({ name, objectId, partitions }) => {
      const now = rows.filter(([id]) => Number(id) === objectId).map(([, , id]) => String(id))
      return now.join() === partitions.join()
        ? []
        : [
            `partitions of ${source.namespace}.${name} were switched or rebuilt, and a switch is not captured: if it was one, read the tables again: npm run snapshot -- ${source.system}`,
          ]
    })
  }

  return {
    /** What is wrong although capture continues, looked at once a minute. */
    async look(latest: Latest | undefined): Promise<string | undefined> {
      if (performance.now() - lookedMs < LOOK_MS) return problem
      lookedMs = performance.now()
      const found = [await findSilence(latest), ...(await findSwitched())].filter(text => text !== undefined)
      problem = found.length > 0 ? found.join('; ') : undefined
      return problem
    },
  }
}
