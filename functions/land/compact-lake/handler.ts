import { z } from 'zod'
import { defineFunction } from '../../../shared/contract/index.ts'
import { NotFoundError } from '../../../shared/errors/index.ts'
import {
  cleanLog,
  compact,
  openTable,
  sourceColumns,
  type Table,
  tablePath,
  vacuum,
  widenTable,
} from '../../../shared/lake/index.ts'

const tableReport = z.object({
  table: z.string().describe('Its folder in the object storage'),
  filesBefore: z.int(),
  filesAfter: z.int(),
  bytes: z.int().describe('Written into merged files'),
  logFilesRemoved: z.int(),
  filesVacuumed: z.int(),
})

/**
 * Maintains the lake alongside its writers and readers: small files are merged, what no version of the last hours needs is
 * deleted, and tables with wider declared columns are rewritten. Each step commits or deletes by itself and finds its own work, so it may run twice or die
 * anywhere.
 */
export default defineFunction({
  name: 'compact-lake',
  summary: "Merges the lake's small files and deletes what is past retention",
  access: 'operator',
  uses: ['objects', 'sources'],
  timeoutMs: 10 * 60 * 1000,
  input: z.strictObject({
    system: z.string().optional().describe('Only this source system'),
    table: z.string().optional().describe('Only tables of this name, as the source calls them'),
  }),
  output: z.object({ tables: z.array(tableReport) }),
  example: { system: 'adventureworks', table: 'Sale' },

  async handle({ system, table }, { resources, log, signal, lineage }) {
    const wanted = resources.sources
      .filter(source => system === undefined || source.system === system)
      .flatMap(source => source.tables.map(({ name, columns }) => ({ system: source.system, name, columns })))
      .filter(({ name }) => table === undefined || name === table)
    if (wanted.length === 0) throw new NotFoundError(`no table ${table ?? ''} of a system ${system ?? ''}`)

    const tables: z.input<typeof tableReport>[] = []
    const widenings: (() => Promise<unknown>)[] = []
    for (const { system, name, columns } of wanted) {
      signal.throwIfAborted()
      const opened = await openTable(resources.objects, tablePath(system, name))
      if (!opened.snapshot.exists) continue
      tables.push(await maintain(opened))
      const use = { dataset: `lake.${system}.${name}`, version: String(opened.snapshot.version) }
      lineage({ part: `${system}.${name}`, reads: [use], writes: [use] })
      log.debug(tables.at(-1), 'table maintained')
      widenings.push(async () => {
        const files = await widenTable(opened, sourceColumns({ columns }), signal)
        if (files > 0) log.info({ table: opened.path, files }, 'table rewritten: columns have become wider')
      })
    }
    // Last, because a large one may take the remaining time; the next run resumes there.
    for (const widen of widenings) await widen()
    return { tables }
  },
})

async function maintain(table: Table): Promise<z.input<typeof tableReport>> {
  const filesBefore = table.snapshot.files.size
  const { bytes } = await compact(table)
  const filesAfter = table.snapshot.files.size
  const logFilesRemoved = await cleanLog(table)
  const filesVacuumed = await vacuum(table)
  return { table: table.path, filesBefore, filesAfter, bytes, logFilesRemoved, filesVacuumed }
}
