import { setTimeout as sleep } from 'node:timers/promises'
import { KIND_NAMES } from '../../shared/reports/kinds/index.ts'
import { addDays } from '../../shared/text/index.ts'
import { readQuestions } from '../questions/corpus.ts'
import { startDemo, waitFor, waitUntilCaughtUp } from '../support/demo.ts'
import { quantile, report } from './report.ts'

const EACH = Number(process.env.REPORTS ?? 20)

/**
 * What a report of the demo takes over HTTP: written, each of another period, and had again; as HTML and as PDF; and what an answer to a
 * question in words does. No language model takes part.
 */
const demo = await startDemo({ env: { DEMO_SHOP: 'still' } })
try {
  await waitUntilCaughtUp(demo)
  await waitFor('the first propositions', async () => demo.printed().includes('propositions: '), 300_000)
  await sleep(10_000)
  const take = async (path: string) => {
    const startedAt = performance.now()
    const response = await fetch(`${demo.gateway}/function/${path}`)
    const body = await response.arrayBuffer()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${Buffer.from(body)}`)
    return performance.now() - startedAt
  }
  const { asOf } = await demo.call<{ asOf: { changedAt: string } }>('write-report', {
    report: 'sales-overview',
  })
  for (const kind of KIND_NAMES) {
    const addresses = Array.from({ length: EACH }, (_, i) => {
      const to = addDays(asOf.changedAt.slice(0, 10), -1 - i)
      return `write-report?report=${kind}&from=${addDays(to, -27)}&to=${to}`
    })
    const [written, again]: number[][] = [[], []]
    for (const address of addresses) written?.push(await take(address))
    for (const address of addresses) again?.push(await take(address))
    const name = kind.replaceAll('-', '_')
    report(`report_${name}_p50`, quantile(written ?? [], 0.5), 'ms', { atMost: 300 })
    report(`report_${name}_slowest`, Math.max(...(written ?? [])), 'ms')
    report(`report_${name}_again_p50`, quantile(again ?? [], 0.5), 'ms')
  }
  for (const format of ['html', 'pdf']) {
    const taken: number[] = []
    for (let i = 0; i < EACH; i++)
      taken.push(await take(`write-report?report=sales-overview&format=${format}`))
    report(`report_${format}_p50`, quantile(taken, 0.5), 'ms')
  }
  const asked: number[] = []
  for (const { question } of readQuestions('answerable')) {
    const address = `ask-report?${new URLSearchParams({ question })}`
    await take(address)
    asked.push(await take(address))
  }
  report('ask_report_p50', quantile(asked, 0.5), 'ms')
  report('ask_report_p99', quantile(asked, 0.99), 'ms')
} finally {
  await demo.stop()
}
