import { execFileSync } from 'node:child_process'
import pg from 'pg'
import {
  type Browser,
  type BrowserContextOptions,
  type ConsoleMessage,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core'
import type { Demo } from '../support/demo.ts'

/** Nothing that Chromium does by itself: it must reach this server and nobody else. */
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

function findChromium(): string | undefined {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome'])
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
    } catch {}
  return undefined
}

export const executablePath = findChromium()

/** Each view's address and heading. */
export const VIEWS = {
  '/': 'What is in the shop, as it is right now',
  '/search': 'Find a product',
  '/sales': 'What sold',
  '/forecasts': 'What will be sold, and what to order',
  '/propositions': 'What to offer a client',
  '/reports': 'What there is to report',
  '/data': 'What there is to ask',
  '/data/freshness': 'How fresh everything is',
  '/data/runs': 'What runs, and when',
  '/data/lineage': 'Where the data comes from',
  '/data/quality': 'What is wrong, and where',
}
export const ADDRESSES = Object.keys(VIEWS) as (keyof typeof VIEWS)[]

export const DESKTOP = { width: 1280, height: 900 }
export const PHONE = { width: 360, height: 640 }

/** One demo and one browser for all views' tests. */
export type Room = {
  demo: Demo
  browser: Browser
  /** A desktop's page, which the tests of a view have for themselves one after the other. */
  page: Page
  complaints: string[]
  foreign: string[]
}

export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: executablePath ?? '', args: CHROMIUM_ARGS })
}

/** A busy machine is slow, which is no failure of the page. */
const PATIENCE_MS = 60_000

async function newPage(
  { browser, demo }: Pick<Room, 'browser' | 'demo'>,
  options: BrowserContextOptions,
): Promise<Page> {
  const page = await browser.newPage({ viewport: DESKTOP, baseURL: demo.gateway, ...options })
  page.setDefaultTimeout(PATIENCE_MS)
  return page
}

/** A page whose errors and whose requests to others are noted. */
export async function openPage(
  room: Pick<Room, 'browser' | 'demo' | 'complaints' | 'foreign'>,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const page = await newPage(room, options)
  page.on('console', message => {
    const isComplaint = message.type() === 'error' || message.type() === 'warning'
    if (isComplaint && !saysNothingYet(message))
      room.complaints.push(`${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', error => room.complaints.push(error.message))
  page.on('request', request => {
    if (!request.url().startsWith(room.demo.gateway)) room.foreign.push(request.url())
  })
  return page
}

/** Why there is no forecast or report yet is said by a 404, which Chromium notes by itself. */
const saysNothingYet = (message: ConsoleMessage) =>
  /status of 404/.test(message.text()) &&
  /\/function\/(forecast-demand|plan-orders|write-report)$/.test(message.location().url)

/** Does something with a page of its own, whose complaints are expected. */
export async function withPage(
  room: Room,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await newPage(room, options)
  await use(page).finally(async () => {
    // What the page asks each second may be under way.
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.close()
  })
}

export const textOf = async (place: Locator) => (await place.textContent()) ?? ''
export const heading = (page: Page, address: keyof typeof VIEWS) =>
  page.getByRole('heading', { level: 1, name: VIEWS[address], exact: true })
export const linkTo = (page: Page, address: string) =>
  page.getByRole('navigation', { name: 'Views' }).locator(`a[href="${address}"]`)
export const product = (page: Page, sku: string) => page.locator('#products li', { hasText: sku })

export async function atSource({ demo }: Room, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: demo.source })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
