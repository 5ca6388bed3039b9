import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atSource, heading, product, type Room, textOf } from './room.ts'

/** The tests of search, in the overview and in its own view. */
export function testSearch(room: Room): void {
  const search = async (query: string, sku: string) => {
    await room.page.fill('#query', query)
    await product(room.page, sku).first().waitFor()
  }

  test('a query that is typed shows products, how they matched and how fresh they are', async () => {
    const { page } = room
    await page.goto('/')
    await page.locator('#query').pressSequentially('sport helmt', { delay: 30 })
    // What was typed so far is searched too, and may show the same product.
    await page.locator('#summary', { hasText: /Searched for sport helmet.* in [\d.,]+ ms/ }).waitFor()
    assert.match(
      await textOf(product(page, 'HL-U509').first()),
      /Sport-100 Helmet, (\w+)[\s\S]*\1[\s\S]*\d+\.\d\d/,
    )
    await page.getByText(/Holds every change made at the source up to/).waitFor({ timeout: 20_000 })
  })

  test('more results and filters are in a view of their own, with the same search', async () => {
    const { page } = room
    await page.fill('#query', 'bike')
    await page.getByRole('link', { name: 'More results and filters' }).click()
    await heading(page, '/search').waitFor()
    assert.equal(new URL(page.url()).search, '?q=bike')
    await page.locator('#products li').nth(19).waitFor()
  })

  test('a facet narrows the results down, and its chip takes it away again', async () => {
    const { page } = room
    await page.goto('/search')
    await page.locator('#products li').nth(19).waitFor()
    await search('sport helmet', 'HL-U509')
    await product(page, 'CA-1098').waitFor()
    await page.getByRole('button', { name: /^Red \d+ product/ }).click()
    await product(page, 'CA-1098').waitFor({ state: 'detached' })
    await product(page, 'HL-U509-R').waitFor()
    assert.match(page.url(), /color=Red/)
    await page.getByRole('button', { name: 'Remove the filter Colour: Red' }).click()
    await product(page, 'CA-1098').waitFor()
  })

  test('a search is in its address: it can be reloaded, and back takes one filter away', async () => {
    const { page } = room
    await page.goto('/search?q=road+bike&color=Red')
    const read = () => page.locator('#products li .name').allTextContents()
    await page.getByLabel('Price to').fill('900')
    await page.getByLabel('Price to').press('Enter')
    await page.getByRole('button', { name: 'Remove the filter up to 900.00' }).waitFor()
    const address = page.url()
    assert.equal(new URL(address).search, '?q=road+bike&color=Red&priceMax=900')
    const shown = await read()
    await page.reload()
    await product(page, 'BK-').first().waitFor()
    assert.deepEqual(await read(), shown)
    assert.equal(await page.getByLabel('Price to').inputValue(), '900')
    assert.equal(await page.inputValue('#query'), 'road bike')
    await page.goBack()
    await page.getByRole('button', { name: 'Remove the filter up to 900.00' }).waitFor({ state: 'detached' })
    assert.equal(new URL(page.url()).search, '?q=road+bike&color=Red')
    await page.goForward()
    await page.getByRole('button', { name: 'Remove the filter up to 900.00' }).waitFor()
    assert.equal(page.url(), address)
  })

  test('more results stay after a reload', async () => {
    const { page } = room
    await page.goto('/search?inStock=true')
    await page.getByRole('button', { name: 'Show more' }).click()
    await page.locator('#products li').nth(39).waitFor()
    await page.reload()
    await page.locator('#products li').nth(39).waitFor()
  })

  test('a price that changes at the source changes in the page without a reload', async () => {
    const { page } = room
    await search('HL-U509-R', 'HL-U509-R')
    await atSource(room, `update dbo."Product" set "ListPrice" = 1234.56 where "ProductNumber" = 'HL-U509-R'`)
    await product(page, 'HL-U509-R').locator('.now', { hasText: '1,234.56' }).waitFor()
  })

  test("a product's name is shown as text, whatever it holds", async () => {
    const { page } = room
    const name = '<img src=x onerror="document.title=1">'
    await atSource(room, `update dbo."Product" set "Name" = '${name}' where "ProductNumber" = 'HL-U509'`)
    await page.fill('#query', 'HL-U509')
    await product(page, 'HL-U509').getByText(name).waitFor()
    assert.equal(await page.locator('#products img').count(), 0)
    assert.equal(await page.title(), 'Search – Cordage')
  })

  test('nothing found is said in words', async () => {
    await room.page.fill('#query', 'bike under 0.01')
    await room.page.getByText('No product fits these words and filters.').waitFor()
  })
}
