import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { waitFor } from '../support/demo.ts'
import { atSource, product, type Room, textOf, withPage } from './room.ts'

type Product = { productId: string; variantIds: string[] }
type Answer = { searchId: string; results: Product[] }
type Click = { searchId: string; productId: string; action: string }

/** The tests of what is said of a found product: its variants, its stock, what it is for, and what is like it. */
export function testFound(room: Room): void {
  const variantsOf = (page: Page, name: RegExp) => page.getByRole('button', { name })

  test('products of one model are one result; by keyboard it opens to the others, and their clicks are of the same search', async () => {
    await withPage(room, {}, async page => {
      const clicks = await catchClicks(page)
      const { searchId, results } = await open(page, '/search?q=full-finger+gloves')
      const gloves = results[0] as Product
      assert.equal(gloves.variantIds.length, 3)
      const button = variantsOf(page, /^3 variants of Full-Finger Gloves/)
      await button.focus()
      await page.keyboard.press('Enter')
      const others = page.locator('.variants > li')
      await others.nth(1).waitFor()
      assert.equal(await others.count(), 2)
      assert.equal(await button.getAttribute('aria-expanded'), 'true')
      for (const text of await others.allTextContents())
        assert.match(text, /^Full-Finger Gloves, \w.*GL-F110-\w.*Black.*\d+\.\d\d/)
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.locator('.variants .details:visible').waitFor()
      await waitFor('the click to be sent', async () => clicks.length === 1)
      assert.deepEqual(clicks, [{ searchId, productId: gloves.variantIds[1], action: 'click' }])
      await button.press('Enter')
      await others.first().waitFor({ state: 'hidden' })
    })
  })

  test('variants are those that pass the filters, a facet counts a model for each colour that it has', async () => {
    const { page } = room
    await page.goto('/search?q=helmet&subcategory=Helmets')
    for (const color of ['Black', 'Blue', 'Red'])
      await page.getByRole('button', { name: `${color} 1 product`, exact: true }).waitFor()
    await page.goto('/search?q=helmet+not+red')
    await variantsOf(page, /^2 variants of/).click()
    await page.locator('.variants > li').first().waitFor()
    assert.match(await textOf(page.locator('.variants:visible')), /HL-U509/)
    assert.equal(await page.locator('#products li', { hasText: 'HL-U509-R' }).count(), 0)
  })

  test('the price of a variant that is open follows the source', async () => {
    const { page } = room
    await page.goto('/search?q=half-finger+gloves')
    await variantsOf(page, /^3 variants of Half-Finger/).click()
    const first = page.locator('.variants > li').first()
    const [sku] = /GL-H102-\w/.exec(await textOf(first)) ?? []
    await atSource(room, `update dbo."Product" set "ListPrice" = 4321.5 where "ProductNumber" = '${sku}'`)
    await first.locator('.now', { hasText: '4,321.50' }).waitFor()
  })

  test('variants that cannot be asked for are no empty list', async () => {
    await withPage(room, {}, async page => {
      await open(page, '/search?q=full-finger+gloves')
      await page.route('**/function/search-products', route => route.abort())
      await variantsOf(page, /^3 variants of Full-Finger/).click()
      await page.getByText('The variants are not known: the server does not answer').waitFor()
      await page.unroute('**/function/search-products')
      await page.locator('.variants > li').first().waitFor()
    })
  })

  test('in stock and out of stock are said in words, and nothing where nobody knows', async () => {
    const { page } = room
    await page.goto('/search?q=LO-C100')
    const stock = product(page, 'LO-C100').first().locator('.stock')
    const setQuantity = (quantity: number) =>
      atSource(
        room,
        `update dbo."Inventory" set "Quantity" = ${quantity} from dbo."Product" p
         where p."ProductID" = dbo."Inventory"."ProductID" and p."ProductNumber" = 'LO-C100'`,
      )
    await setQuantity(0)
    await stock.getByText('out of stock', { exact: true }).waitFor()
    await setQuantity(50)
    await stock.getByText('in stock', { exact: true }).waitFor()
    await page.goto('/search?q=FR-M21B-48')
    assert.equal(await textOf(product(page, 'FR-M21B-48').first().locator('.stock')), '')
  })

  test('a word that may be a slip is asked about, and a button searches for what is meant', async () => {
    const { page } = room
    await page.goto('/search?q=racing+sacks')
    await page.getByRole('button', { name: 'racing socks', exact: true }).click()
    await waitFor('the address to say so', async () => page.url().includes('q=racing+socks'))
    assert.equal(await page.inputValue('#query'), 'racing socks')
    await page.getByText('Did you mean').waitFor({ state: 'detached' })
  })

  test('where a product is found for what it is for, it says so', async () => {
    const { page } = room
    await page.goto('/search?q=keep+my+hands+warm')
    await product(page, 'GL-F110').first().getByText('for: keep my hands and fingers warm').waitFor()
  })

  test('from a product one goes on to similar ones and back by keyboard, and only what the search found is a click', async () => {
    await withPage(room, {}, async page => {
      const clicks = await catchClicks(page)
      const { searchId, results } = await open(page, '/search?q=full-finger+gloves')
      await page.locator('.opener').first().press('Enter')
      const tiles = page.locator('.tile')
      await tiles.first().waitFor()
      const names = await page.locator('.tile .name').allTextContents()
      assert.ok(names.length > 1 && names.length <= 6, names.join())
      assert.ok(!names.some(name => name.startsWith('Full-Finger')), names.join())
      await tiles.nth(1).press('Enter')
      const focused = () => page.evaluate<string>(`document.activeElement.getAttribute('aria-label')`)
      assert.equal(await focused(), names[1])
      assert.match(await textOf(page.locator('.details:visible')), /Back to Full-Finger Gloves/)
      await page.locator('.tile').first().press('Enter')
      assert.notEqual(await focused(), names[1])
      for (const back of [names[1] as string, 'Full-Finger Gloves']) {
        await page.keyboard.press('Tab')
        await page.keyboard.press('Enter')
        assert.ok((await focused()).startsWith(back), back)
      }
      await page.getByRole('button', { name: /^Back to/ }).waitFor({ state: 'hidden' })
      assert.deepEqual(clicks, [{ searchId, productId: results[0]?.productId, action: 'click' }])
    })
  })

  test('where the index knows nothing similar, nothing is said of it', async () => {
    await withPage(room, {}, async page => {
      await page.route('**/function/search-products', async route => {
        const isSimilar = (route.request().postData() ?? '').includes('similarTo')
        const json = { reason: 'not_found', detail: 'it has no vectors yet' }
        await (isSimilar ? route.fulfill({ status: 404, json }) : route.continue())
      })
      await open(page, '/search?q=full-finger+gloves')
      const asked = page.waitForResponse(response => response.status() === 404)
      await page.locator('.opener').first().click()
      await asked
      await page.locator('.details:visible').getByText('Everything in Gloves').waitFor()
      assert.equal(await page.getByRole('heading', { name: 'Similar products' }).count(), 0)
    })
  })
}

/** Opens a search. @returns its first answer */
async function open(page: Page, address: string): Promise<Answer> {
  const answered = page.waitForResponse('**/function/search-products')
  await page.goto(address)
  const answer = (await (await answered).json()) as Answer
  await page.locator('#products > li').first().waitFor()
  return answer
}

/** Clicks as they are sent; none reaches the server. */
async function catchClicks(page: Page): Promise<Click[]> {
  const clicks: Click[] = []
  await page.route('**/function/search-feedback', async route => {
    clicks.push(JSON.parse(route.request().postData() ?? '{}'))
    await route.abort()
  })
  return clicks
}
