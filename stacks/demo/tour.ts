import { setTimeout as sleep } from 'node:timers/promises'
import type { SecretUrl } from '../../shared/config/index.ts'
import type { Job } from '../../shared/jobs/index.ts'
import { connectPostgres } from '../../shared/store/index.ts'
import type { LocalStack } from '../local/stack.ts'

type Tour = { stack: LocalStack; say: (text: string) => void; signal: AbortSignal }

type SearchAnswer = {
  results: { productId: string; sku: string; name: string; listPrice: number; matched: string[] }[]
  tookMs: number
  asOf: { changedAt: string | null }
}
type ForecastAnswer = {
  forecast: { date: string; quantity: number; p10: number; p90: number }[]
  accuracy: { days: number; error: number | null }
  why: { text: string }[]
}
type PropositionsAnswer = { propositions: { name: string; because: string; inStock: boolean | null }[] }
type ReportAnswer = { title: string; sections: { sentences: { text: string }[] }[] }
type MartAnswer = { rows: Record<string, unknown>[]; asOf: { changedAt: string | null } }

const FIRST_QUERY = 'warm gloves for winter rides'

/** Waits for the first answers and shows three of them, each with the command that repeats it. */
export async function showAnswers({
  stack,
  source,
  say,
  signal,
  onFirstAnswer,
}: Tour & { source: SecretUrl; onFirstAnswer: () => void }): Promise<void> {
  const { gateway } = stack
  const call = makeCall(gateway)
  const search = (query: string) => call<SearchAnswer>('search-products', { query, limit: 3 })

  say('reading the source once, then following its changes')
  const found = await until(
    signal,
    () => search(FIRST_QUERY),
    answer => answer.asOf.changedAt !== null && answer.results.length > 0,
  )
  if (!found) return
  say(`first answer: "${FIRST_QUERY}", in ${found.tookMs} ms, as of ${found.asOf.changedAt}`)
  for (const { name, listPrice, matched } of found.results)
    say(`    ${name.padEnd(32)} ${listPrice.toFixed(2).padStart(9)}   by ${matched.join(' and ')}`)
  repeat(`curl -s '${gateway}/function/search-products?query=${encodeURIComponent(FIRST_QUERY)}&limit=3'`)

  onFirstAnswer()
  say('building the warehouse (dbt), checking it and publishing its marts')
  const landed = await until(
    signal,
    () =>
      call<{ tables: { consumer: string; eventsBehind: number; lagMs: number | null }[] }>('show-status', {}),
    ({ tables }) => {
      const landing = tables.filter(table => table.consumer === 'land-changes')
      return landing.length > 0 && landing.every(table => table.lagMs !== null && table.eventsBehind < 1000)
    },
  )
  if (!landed) return
  await runJob({ gateway, say, signal }, 'build-warehouse')
  await runJob({ gateway, say, signal }, 'publish-marts')
  repeat(
    `curl -s -H 'content-type: application/json' -H 'prefer: wait=120' -d '{}' ${gateway}/function/build-warehouse`,
  )
  const weeks = await call<MartAnswer>('read-mart', {
    mart: 'agg_sales_weekly',
    orderBy: '-week_start',
    limit: 4,
  })
  say(`weekly sales, as of ${weeks.asOf.changedAt}`)
  for (const row of weeks.rows)
    say(
      `    ${Object.entries(row)
        .slice(0, 6)
        .map(([name, value]) => `${name} ${value}`)
        .join('   ')}`,
    )
  repeat(`curl -s '${gateway}/function/read-mart?mart=agg_sales_weekly&orderBy=-week_start&limit=4'`)

  await showReport({ gateway, say })
  await showChange({ source, say, search, gateway, signal })
}

/** The first sentences of a report of the last whole month. */
async function showReport({ gateway, say }: Pick<Tour, 'say'> & { gateway: string }): Promise<void> {
  const report = await makeCall(gateway)<ReportAnswer>('write-report', { report: 'sales-overview' })
  const [first] = report.sections
  say(`a report, each of whose sentences says where its numbers are from: ${report.title}`)
  for (const { text } of first?.sentences.slice(0, 3) ?? []) say(`    ${text}`)
  repeat(`curl -s '${gateway}/function/write-report?report=sales-overview&format=markdown'`)
}

/** Trains the model of demand forecasts and shows what is expected of the product that sells most. */
export async function showForecast(
  { stack: { gateway }, say, signal }: Tour,
  packages: Promise<void>,
): Promise<void> {
  const call = makeCall(gateway)
  say('training the model of demand forecasts (its Python packages are installed when first needed)')
  await packages
  await runJob({ gateway, say, signal }, 'train-forecast')
  await runJob({ gateway, say, signal }, 'score-forecast')
  const { rows } = await call<{ rows: { product_id: string; name: string }[] }>('read-mart', {
    mart: 'agg_stock_coverage',
    orderBy: '-sold_quantity',
    limit: 1,
  })
  const [best] = rows
  if (!best) return
  const { forecast, accuracy, why } = await call<ForecastAnswer>('forecast-demand', {
    productId: best.product_id,
    horizonDays: 3,
  })
  say(`forecast: ${best.name}, of which most was sold lately`)
  for (const { date, quantity, p10, p90 } of forecast)
    say(
      `    ${date}   ${quantity.toFixed(1).padStart(6)} a day, mostly from ${p10.toFixed(0)} to ${p90.toFixed(0)}`,
    )
  for (const { text } of why.slice(0, 1)) say(`    ${text}`)
  if (accuracy.error !== null)
    say(
      `    over the last ${accuracy.days} days a day's forecast was ${Math.round(accuracy.error * 100)} % off`,
    )
  repeat(`curl -s '${gateway}/function/forecast-demand?productId=${best.product_id}&horizonDays=28'`)
}

/** Trains the model of propositions and shows what one of those who buy most would want. */
export async function showPropositions({ stack: { gateway }, say, signal }: Tour): Promise<void> {
  const call = makeCall(gateway)
  say('training the model of propositions')
  await runJob({ gateway, say, signal }, 'train-propositions')
  await runJob({ gateway, say, signal }, 'score-propositions')
  const { rows } = await call<{ rows: { client_id: string }[] }>('read-mart', {
    mart: 'agg_client_rfm',
    orderBy: '-purchase_count',
    limit: 1,
  })
  const [best] = rows
  if (!best) return
  const { propositions } = await call<PropositionsAnswer>('recommend-products', {
    clientId: best.client_id,
    limit: 3,
  })
  say(`propositions: for client ${best.client_id}, who buys most`)
  for (const { name, because } of propositions) say(`    ${name.padEnd(32)}   ${because}`)
  repeat(`curl -s '${gateway}/function/recommend-products?clientId=${best.client_id}'`)
}

const makeCall =
  (gateway: string) =>
  async <T>(name: string, body: object): Promise<T> => {
    const response = await fetch(`${gateway}/function/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${name} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as T
  }

/** Runs a function as a job, as by hand, and prints its progress now and then. */
async function runJob(
  { gateway, say, signal }: Pick<Tour, 'say' | 'signal'> & { gateway: string },
  name: string,
): Promise<void> {
  const started = await fetch(`${gateway}/async-function/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  const place = `${gateway}${started.headers.get('location')}`
  let saidAt = performance.now()
  const job = await until(
    signal,
    async () => (await (await fetch(place)).json()) as Job,
    ({ finishedAt, progress }) => {
      if (finishedAt === null && progress && performance.now() - saidAt > 5000) {
        say(`    ${name}: ${progress.text}`)
        saidAt = performance.now()
      }
      return finishedAt !== null
    },
  )
  if (job && job.state !== 'done') throw new Error(`${name} ${job.state}: ${JSON.stringify(job.problem)}`)
}

/** Changes a price at the source and waits until a search returns it. */
async function showChange({
  source,
  say,
  search,
  gateway,
  signal,
}: {
  source: SecretUrl
  say: Tour['say']
  search: (query: string) => Promise<SearchAnswer>
  gateway: string
  signal: AbortSignal
}): Promise<void> {
  const client = await connectPostgres(source)
  try {
    const { rows } = await client.query<{ sku: string; name: string; before: string; after: string }>(
      `with old as (select * from dbo."Product" where "Category" = 'Bikes' order by random() limit 1)
       update dbo."Product" p set "ListPrice" = round(p."ListPrice" * 1.01, 2), "ModifiedDate" = localtimestamp from old
       where p."ProductID" = old."ProductID"
       returning p."ProductNumber" as sku, p."Name" as name, old."ListPrice"::float8 as before, p."ListPrice"::float8 as after`,
    )
    const [change] = rows
    if (!change) return
    const changedAt = performance.now()
    const answer = await until(
      signal,
      () => search(change.sku),
      ({ results }) => results[0]?.sku === change.sku && results[0].listPrice === Number(change.after),
      1,
    )
    const tookMs = Math.round(performance.now() - changedAt)
    say(
      `what just changed: ${change.name} went from ${change.before} to ${change.after} at the source; searchable ${tookMs} ms later`,
    )
    say(`    as of ${answer?.asOf.changedAt}`)
    repeat(
      `npm run sql -- --on source "update dbo.\\"Product\\" set \\"ListPrice\\" = ${change.before} where \\"ProductNumber\\" = '${change.sku}'"`,
    )
    repeat(`curl -s '${gateway}/function/search-products?query=${encodeURIComponent(change.sku)}&limit=1'`)
  } finally {
    await client.end()
  }
}

function repeat(command: string): void {
  process.stdout.write(`            again:  ${command}\n`)
}

/** Asks until the answer is as wished for. @returns undefined when aborted */
async function until<T>(
  signal: AbortSignal,
  ask: () => Promise<T>,
  isGood: (answer: T) => boolean,
  pauseMs = 200,
): Promise<T | undefined> {
  while (!signal.aborted) {
    const answer = await ask()
    if (isGood(answer)) return answer
    await sleep(pauseMs)
  }
  return undefined
}
