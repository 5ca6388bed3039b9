import { defineFunction } from '../../../shared/contract/index.ts'
import { BadInputError } from '../../../shared/errors/index.ts'
import { getReport, writeReport } from '../../../shared/reports/write-report.ts'
import { forms } from './forms.ts'
import { input, output } from './schema.ts'

/** More than a language model may take (LLM_TIMEOUT_MS). */
const TIMEOUT_MS = 60_000

/**
 * A report of the published marts in sentences, each of which says facts. It is written once for a publication, a period and what
 * its reader may see; asked again it is the same bytes.
 */
export default defineFunction({
  name: 'write-report',
  summary: 'A report in sentences with the facts behind each, as JSON, HTML, PDF or Markdown',
  access: 'user',
  readOnly: true,
  uses: ['store', 'llm'] as const,
  timeoutMs: TIMEOUT_MS,
  input,
  output,
  forms,
  example: { report: 'sales-overview', language: 'en' },

  async handle({ id, report, ...asked }, { resources: { store, llm }, caller, log, signal, lineage }) {
    const { query } = store
    if ((id === undefined) === (report === undefined))
      throw new BadInputError('either report or id must be given', { field: 'report' })
    if (report === undefined) return await getReport(id ?? '', { query, caller })
    const writing = { query, caller, llm, log, signal }
    const written = await writeReport({ report, ...asked }, writing)
    const marts = new Set(written.facts.map(({ source }) => source.mart))
    lineage({ reads: [...marts].map(mart => ({ dataset: `mart.${mart}` })) })
    return written
  },
})
