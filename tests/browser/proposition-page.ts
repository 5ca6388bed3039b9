import type { Page } from 'playwright-core'
import type { MartRows } from '../../stacks/local/page/data/answers.ts'
import type { Room } from './room.ts'

/** Longer than what is pressed after a list has moved is not taken for a slip. */
export const SETTLED_MS = 500

export const title = (page: Page, name: string) =>
  page.locator('#propositions .forecast-name', { hasText: new RegExp(`^${name}$`) })
export const rows = (page: Page) => page.locator('.propositions > li')
export const namesOf = (page: Page) => rows(page).locator('.name a').allTextContents()
export const button = (page: Page, action: string, at = 0) =>
  rows(page).nth(at).locator(`[data-action="${action}"]`)
export const outcome = (page: Page, text: RegExp) => page.locator('.outcome', { hasText: text }).waitFor()

/** A list, once it may be pressed. */
export async function open(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await rows(page).first().waitFor()
  await page.waitForTimeout(SETTLED_MS)
}

/** Those who buy most first, by their ids. */
export async function findClients({ demo }: Room): Promise<string[]> {
  const { rows: found } = await demo.call<MartRows>('read-mart', {
    mart: 'agg_client_rfm',
    filters: { is_current: true },
    orderBy: '-purchase_count,-last_sold_date,client_id',
    limit: 6,
  })
  return found.map(row => String(row.client_id))
}
