/** What the page reads of each function’s answer; tests/browser/answers.ts holds some against their schemas. */

export type Answers = {
  'search-products': SearchAnswer
  'suggest-products': { suggestions: Suggestion[] }
  'read-mart': MartRows
  'trace-row': Trace
  'show-status': Status
  'show-lineage': LineageAnswer
  'show-searches': SearchesAnswer
  'replay-parked': { requested: number }
  'forecast-demand': ForecastAnswer
  'plan-orders': OrdersAnswer
  'recommend-products': PropositionsAnswer
  'proposition-feedback': { accepted: true }
  'write-report': ReportAnswer
  'ask-report': QuestionAnswer
  'send-report': SendAnswer
}

type AsOf = { changedAt: string | null }

export type Product = {
  productId: string
  sku: string | null
  name: string | null
  category: string | null
  subcategory: string | null
  color: string | null
  listPrice: number | null
  inStock: boolean | null
  variants: number
  variantIds: string[]
  matched: ('identifier' | 'words' | 'meaning' | 'filters')[]
  highlights: Highlight[]
  purpose: string | null
}

/** Parts of a text, from and to, in UTF-16 units. */
export type Ranges = [from: number, to: number][]
export type Highlight = { field: string; text: string; ranges: Ranges }

export type Suggestion = {
  text: string
  kind: 'product' | 'category' | 'subcategory' | 'model' | 'word' | 'identifier'
  productId: string | null
  count: number
  ranges: Ranges
}

export type FacetName = 'category' | 'subcategory' | 'color'
export type FacetCount = { value: string; count: number }

export type SearchAnswer = {
  searchId: string
  total: number
  results: Product[]
  facets: Record<FacetName, FacetCount[]>
  interpreted: Interpreted
  didYouMean: string | null
  tookMs: number
  asOf: AsOf
}

export type Interpreted = {
  query: string
  filters: Record<string, string | number | boolean>
  corrected: string | null
  sort: 'price' | '-price' | 'name' | '-name' | null
  not: string[]
}

export type FailingQuery = {
  queryKey: string
  text: string | null
  searches: number
  foundNothing: number
  reformulated: number
  clicks: number
  lastSearchedAt: string
}

export type Comparison = {
  searches: number
  preferLearned: number
  preferPlain: number
  low: number | null
  high: number | null
  p: number | null
  winner: 'learned' | 'plain' | 'undecided'
}

export type SearchesAnswer = {
  from: string
  searches: number
  zeroResultRate: number | null
  clickThroughRate: number | null
  meanReciprocalRank: number | null
  reformulationRate: number | null
  failing: FailingQuery[]
  comparison: Comparison | null
  builtAt: string
}

export type LineageJob = {
  job: string
  state: 'done' | 'failed' | null
  startedAt: string | null
  endedAt: string | null
  calls: number
  problem: string | null
}
type Place = { dataset: string; column: string }

export type LineageAnswer = {
  dataset: string | null
  column: string | null
  datasets: { dataset: string; columns: string[]; version: string | null; writtenAt: string | null }[]
  jobs: LineageJob[]
  edges: { job: string; dataset: string; direction: 'reads' | 'writes'; version: string | null }[]
  columns: { job: string; from: Place; to: Place }[]
}

export type Cell = string | number | boolean | null
export type MartRow = Record<string, Cell>
export type MartRows = {
  key: string[]
  columns: { name: string; type: string }[]
  rows: MartRow[]
  builtAt: string
  asOf: AsOf
}

export type SourceRow = {
  system: string
  table: string
  key: Record<string, string>
  position: string
  changedAt: string
  mart: string
  columns: string[] | null
}
export type Trace = {
  row: MartRow
  versions: Record<string, number>
  rows: SourceRow[]
  rowCount: number
  hidden: string[]
  sql: { model: string; sql: string }[]
}

export type Status = {
  at: string
  sources: SourceStatus[]
  tables: ConsumerStatus[]
  marts: MartStatus[]
  parked: ParkedGroup[]
  replaced: ReplacedValue[]
  running: { schedule: string; startedAt: string }[]
  failed: { schedule: string; dueAt: string; detail: string | null }[]
  waiting: { schedule: string; detail: string | null }[]
  jobs: JobStatus[]
  objects: {
    function: string
    key: string
    status: 'waiting' | 'refused'
    attempts: number
    detail: string | null
  }[]
  quality: {
    lastRun: CheckRun | null
    findings: Finding[]
    runs: CheckRun[]
    silences: { check: string; reason: string; by: string | null; until: string }[]
  }
}

export type CheckRun = {
  builtAt: string
  finishedAt: string
  state: 'passed' | 'warned' | 'failed'
  checks: number
  failed: number
  warned: number
  silenced: number
  problem: string | null
}

export type Finding = {
  check: string
  model: string
  column: string | null
  severity: 'critical' | 'warning'
  state: 'failed' | 'silenced'
  description: string
  observed: string
  expected: string
  failing: number
  keys: Record<string, Cell>[]
  since: string
}

export type SourceStatus = {
  system: string
  state: string
  reading: { table: string; rows: number; estimatedRows: number }[]
  retainedBytes: number | null
  retainedLimitBytes: number | null
  server: string | null
  reads: { since: string; statements: number; rows: number; ms: number } | null
  problem: string | null
}

export type ConsumerStatus = {
  topic: string
  consumer: string
  position: string | null
  changedAt: string | null
  rows: number
  eventsBehind: number
  lagMs: number | null
  problem: string | null
}

export type MartStatus = {
  mart: string
  position: string | null
  changedAt: string | null
  builtAt: string
  rows: number
}

export type ParkedGroup = {
  function: string
  topic: string
  reason: string
  count: number
  oldestAt: string
}

export type ReplacedValue = {
  system: string
  table: string
  column: string
  reason: string
  count: number
  lastAt: string
}

export type JobStatus = {
  jobId: string
  function: string
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  progress: { share: number; text: string } | null
  attempts: number
  createdAt: string
  finishedAt: string | null
  detail: string | null
}

export type PastDay = {
  date: string
  quantity: number
  outOfStock: boolean
  forecast: number | null
  p10: number | null
  p90: number | null
}
export type ComingDay = { date: string; quantity: number; p10: number; p90: number }
export type Accuracy = {
  days: number
  served: number
  error: number | null
  bias: number | null
  inBand: number | null
}

export type ForecastAnswer = {
  productId: string | null
  name: string | null
  products: number
  history: PastDay[]
  forecast: ComingDay[]
  accuracy: Accuracy
  why: { feature: string; text: string }[]
  served: string[]
  model: { name: string; version: number; trainedAt: string }
  asOf: AsOf
}

export type Order = {
  productId: string
  name: string | null
  orderOn: string
  quantity: number
  because: string
  stockOnHand: number
}
export type NotOrdered = { productId: string; name: string | null; reason: string; because: string }

export type OrdersAnswer = {
  orders: Order[]
  total: number
  notOrdered: NotOrdered[]
  asOf: AsOf
}

export type Proposition = {
  productId: string
  sku: string | null
  name: string | null
  category: string | null
  subcategory: string | null
  listPrice: number | null
  inStock: boolean | null
  score: number
  because: string
  kind: 'ranked' | 'pinned' | 'explored'
}

export type PropositionsAnswer = {
  propositionsId: string
  known: boolean
  propositions: Proposition[]
  warnings: string[]
  client: {
    baskets: number
    lastOn: string | null
    territoryId: string | null
    bought: { productId: string; name: string | null; times: number; lastOn: string }[]
  } | null
  experiment: { name: string; group: string } | null
  asOf: AsOf
  model: { name: string; version: number } | null
}

type Period = { from: string; to: string }

/** A number of a report, exact as decimal text. */
export type Fact = {
  id: string
  label: string
  entity: { dimension: string; value: string }[]
  period: Period
  base: { kind: 'previous' | 'year_ago' | 'forecast'; period: Period } | null
  value: string
  unit: string
  currency: string | null
  source: { mart: string; sql: string; builtAt: string; rows?: { mart: string; filters: object } | undefined }
}

export type WrittenSentence = {
  text: string
  by: 'template' | 'model'
  numbers: { text: string; fact: string }[]
}

export type ReportAnswer = {
  id: string
  title: string
  language: string
  period: Period
  sections: { title: string; sentences: WrittenSentence[] }[]
  facts: Fact[]
  charts: { title: string; svg: string }[]
  problem: string | null
  asOf: AsOf
}

export type QuestionAnswer = {
  language: string
  narrative: string | null
  reading: { text: string } | null
  cannot: { text: string; instead: string[] } | null
}

type Sending = { dueAt: string; state: string; isPerhapsTwice: boolean; problem: string | null }

export type DeliveryPlan = {
  delivery: string
  recipient: string
  via: 'smtp' | 'webhook' | 'file' | null
  report: string
  language: string
  isSubscribed: boolean
  nextAt: string | null
  timeZone: string
  last: Sending | null
  problem: string | null
}

export type Sent = Sending & { delivery: string; recipient: string; reportId: string | null }

export type SendAnswer = {
  plans: DeliveryPlan[]
  sent: Sent[]
  results: (Sending & { delivery: string; recipient: string })[]
  warnings: string[]
}
