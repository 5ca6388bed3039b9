import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '../support/demo.ts'
import { heading, PHONE, product, type Room, textOf, withPage } from './room.ts'

/** Whether what has the focus shows it, itself or by what it covers. */
const SHOWS_FOCUS = `['', '::after'].some(part => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement, part || null)
  return outlineStyle !== 'none' && outlineWidth !== '0px'
})`

/** The tests of searching by keyboard, of suggestions, of what is said of a search, and of clicks. */
export function testTyping(room: Room): void {
  const field = () => room.page.getByRole('combobox', { name: 'Search products' })
  const option = (name: RegExp) => room.page.getByRole('option', { name })

  test('suggestions come while somebody types; arrow keys go through them, Enter takes one', async () => {
    const { page } = room
    await page.goto('/search')
    await page.keyboard.press('/')
    await page.keyboard.type('mountain bo', { delay: 20 })
    await option(/^Mountain Bottle Cage/).waitFor()
    assert.equal(await field().getAttribute('aria-expanded'), 'true')
    assert.equal(await field().getAttribute('aria-activedescendant'), null)
    const active = async () =>
      page.evaluate<string | null>(
        `document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.textContent ?? null`,
      )
    await page.keyboard.press('ArrowDown')
    const first = await active()
    await page.keyboard.press('ArrowUp')
    assert.equal(await active(), null, 'before the first is what was typed')
    await page.keyboard.press('ArrowUp')
    assert.ok((await active()) !== null, 'and before that the last')
    for (let i = 0; i < 10 && !(await active())?.startsWith('Mountain Bottle Cage'); i++)
      await page.keyboard.press('ArrowDown')
    assert.ok(first !== null)
    assert.equal(await page.locator('#suggestions [aria-selected=true]').count(), 1)
    await page.keyboard.press('Enter')
    assert.equal(await field().inputValue(), 'Mountain Bottle Cage')
    assert.equal(await field().getAttribute('aria-expanded'), 'false')
    await product(page, 'BC-M005').waitFor()
    assert.equal(new URL(page.url()).search, '?q=Mountain+Bottle+Cage')
  })

  test('a category that is suggested becomes a filter', async () => {
    const { page } = room
    await page.goto('/search')
    await field().pressSequentially('helm', { delay: 20 })
    await option(/^Helmets/).click()
    await page.getByRole('button', { name: 'Remove the filter Kind: Helmets' }).waitFor()
    assert.equal(new URL(page.url()).search, '?subcategory=Helmets')
    assert.equal(await field().inputValue(), '')
  })

  test('Escape closes the suggestions and keeps the text, Tab leaves them, and typing on lets go of what was active', async () => {
    const { page } = room
    await page.goto('/search')
    await field().pressSequentially('glo', { delay: 20 })
    await option(/Gloves/)
      .first()
      .waitFor()
    await page.keyboard.press('Escape')
    assert.equal(await page.locator('#suggestions li').count(), 0)
    assert.equal(await field().inputValue(), 'glo')
    await page.keyboard.press('ArrowDown')
    await option(/Gloves/)
      .first()
      .waitFor()
    await page.keyboard.type('v')
    assert.equal(await field().getAttribute('aria-activedescendant'), null)
    await option(/Gloves/)
      .first()
      .waitFor()
    await page.keyboard.press('Tab')
    assert.equal(await page.locator('#suggestions li').count(), 0)
  })

  test('Escape before the suggestions have come gives them up and keeps the text; with none to come it empties the field', async () => {
    await withPage(room, {}, async page => {
      const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
      await page.route('**/function/suggest-products', async route => {
        await held
        await route.continue()
      })
      await page.goto('/search')
      const input = page.getByRole('combobox', { name: 'Search products' })
      const asked = page.waitForRequest('**/function/suggest-products')
      await input.fill('glo')
      await asked
      await input.press('Escape')
      assert.equal(await input.inputValue(), 'glo')
      letGo()
      await product(page, 'GL-').first().waitFor()
      assert.equal(await page.locator('#suggestions li').count(), 0)
      await input.press('Escape')
      assert.equal(await input.inputValue(), '')
    })
  })

  test('by keyboard alone a filter is set, a product opened, the order changed; each stop shows the focus', async () => {
    const { page } = room
    await page.goto('/search?q=road+bike')
    await product(page, 'BK-R').first().waitFor()
    const press = async (key: string, name: RegExp) => {
      await field().focus()
      const named = () =>
        page.evaluate<string>(
          `document.activeElement.getAttribute('aria-label') ?? document.activeElement.closest('label')?.textContent ?? document.activeElement.textContent`,
        )
      for (let i = 0; i < 60 && !name.test(await named()); i++) {
        await page.keyboard.press('Tab')
        assert.ok(await page.evaluate(SHOWS_FOCUS), await named())
      }
      assert.match(await named(), name)
      await page.keyboard.press(key)
    }
    await press('Space', /^Red\s*\d*\s*\d+ product/)
    await page.getByRole('button', { name: 'Remove the filter Colour: Red' }).waitFor()
    await press('Enter', /^Road-\d+ Red, \d+$/)
    await page.locator('.details:visible', { hasText: 'BK-R' }).waitFor()
    await press('c', /^Order/)
    await waitFor('the order to be in the address', async () => page.url().includes('sort=price'))
    await press('Enter', /^Remove the filter Colour: Red/)
    await page.getByRole('button', { name: 'Remove the filter Colour: Red' }).waitFor({ state: 'detached' })
    await waitFor('the focus to be where the chip was', async () =>
      page.evaluate<boolean>(`document.activeElement.id === 'summary'`),
    )
  })

  test('a screen reader is told how many were found and what was searched for', async () => {
    const { page } = room
    await page.goto('/search')
    await field().fill('sport helmt')
    await page
      .getByRole('status')
      .filter({ hasText: /^Searched for sport helmet\. \d+ products? found, the best: / })
      .waitFor()
  })

  test('what was read in the query is said, and each part of it can be taken away', async () => {
    const { page } = room
    await page.goto('/search')
    await field().fill('cheapest helmet not red under 500')
    const chip = (text: string) => page.getByRole('button', { name: `Remove the filter ${text}` })
    for (const text of ['up to 500.00', 'cheapest first', 'not red']) await chip(text).waitFor()
    // Closes the suggestions, whether they have come or not: they lie over the chips.
    await field().blur()
    await chip('up to 500.00').click()
    await chip('up to 500.00').waitFor({ state: 'detached' })
    await chip('not red').waitFor()
    assert.equal(await field().inputValue(), 'helmet not red')
    await waitFor('the order to be kept', async () => page.url().includes('sort=price'))
    await chip('not red').click()
    await chip('not red').waitFor({ state: 'detached' })
    assert.equal(await field().inputValue(), 'helmet')
    await product(page, 'HL-U509').first().waitFor()
  })

  test('a query without a part of what was read in it says the rest outside of its words', async () => {
    const rest = await room.page.evaluate(async () => {
      const { listReadings, withoutReading } = await import('/data/reading.js' as string)
      const search = {
        query: 'cheapest silver bike under 900 not road',
        filters: { inStock: true },
        limit: 20,
      }
      const interpreted = {
        ...{ query: 'bike', corrected: null, sort: 'price', not: ['road'] },
        filters: { inStock: true, priceMax: 900, color: 'silver/black, silver' },
      }
      const readings = listReadings(interpreted, search) as { kind: string; value: unknown }[]
      return readings.map(reading => withoutReading(search, interpreted, reading))
    })
    const filters = { inStock: true, priceMax: 900 }
    assert.deepEqual(rest, [
      { query: 'silver bike not road', filters: { inStock: true }, sort: 'price' },
      { query: 'bike not road', filters, sort: 'price' },
      { query: 'silver bike not road', filters, sort: undefined },
      { query: 'silver bike', filters, sort: 'price' },
    ])
  })

  test('where nothing fits it is said kindly, and the way out is a button', async () => {
    const { page } = room
    await page.goto('/search?q=helmet+under+0.01&inStock=true')
    await page.getByText('What may help:').waitFor()
    await page.getByRole('button', { name: 'Remove every filter' }).click()
    await product(page, 'HL-U509').first().waitFor()
    assert.equal(await field().inputValue(), 'helmet')
  })

  test('the order is in the address, and all results can be shown', async () => {
    const { page } = room
    await page.goto('/search?sort=price&show=110')
    await page.locator('#products li').nth(109).waitFor()
    const ids = await page.locator('#products .about').allTextContents()
    assert.equal(new Set(ids).size, ids.length)
    await page.getByLabel('Order').selectOption('-price')
    await page.getByText(/^The most expensive 20 products of \d+/).waitFor()
    assert.match(page.url(), /sort=-price/)
  })

  test('opening a product says so to search-feedback with its search, and a failure disturbs nobody', async () => {
    await withPage(room, {}, async page => {
      const sent: { searchId: string; productId: string; action: string }[] = []
      await page.route('**/function/search-feedback', async route => {
        sent.push(JSON.parse(route.request().postData() ?? '{}'))
        await route.abort()
      })
      const answered = page.waitForResponse('**/function/search-products')
      await page.goto('/search?q=HL-U509-R')
      const { searchId, results } = (await (await answered).json()) as {
        searchId: string
        results: { productId: string }[]
      }
      await page.locator('.opener').first().click()
      await waitFor('the click to be sent', async () => sent.length === 1)
      assert.deepEqual(sent, [{ searchId, productId: results[0]?.productId, action: 'click' }])
      assert.match(await textOf(page.locator('.details:visible')), /Number\s*HL-U509-R/)
      await page.locator('.opener').first().click()
      await page.locator('.details:visible').waitFor({ state: 'detached' })
    })
    // And for true: it is accepted.
    const { page } = room
    await page.goto('/search?q=HL-U509-R')
    const accepted = page.waitForResponse('**/function/search-feedback')
    await page.locator('.opener').first().click()
    assert.equal((await accepted).status(), 202)
  })

  test('an answer that is overtaken is dropped', async () => {
    await withPage(room, {}, async page => {
      await page.goto('/search')
      await page.locator('#products li').first().waitFor()
      await page.route('**/function/*-products', async route => {
        const isOld = (route.request().postData() ?? '').includes('"glov"')
        if (isOld) await new Promise(resolve => setTimeout(resolve, 1500))
        await route.continue().catch(() => {})
      })
      await page.fill('#query', 'glov')
      await page.waitForTimeout(300)
      await page.fill('#query', 'HL-U509-R')
      await product(page, 'HL-U509-R').first().waitFor()
      await page.waitForTimeout(2000)
      assert.match(await textOf(page.locator('#products li').first()), /HL-U509-R/)
    })
  })

  test('what is marked in a text is shown as text', async () => {
    await withPage(room, {}, async page => {
      await page.route('**/function/search-products', async route => {
        const response = await route.fetch()
        const answer = (await response.json()) as { results: { name: string }[] }
        const results = answer.results.map(result => ({
          ...result,
          highlights: [
            { field: 'name', text: result.name, ranges: [[0, 5]] },
            { field: 'description', text: 'A <b>helmet</b>', ranges: [[5, 11]] },
          ],
        }))
        await route.fulfill({ response, json: { ...answer, results } })
      })
      await page.goto('/search?q=HL-U509-R')
      assert.equal(await page.locator('.opener mark').first().textContent(), 'Sport')
      assert.match(await textOf(page.locator('#products li').first()), /A <b>helmet<\/b>/)
    })
  })

  test('on a phone search is typed, narrowed down and opened by touch, without scrolling sideways', async () => {
    await withPage(room, { viewport: PHONE, hasTouch: true, isMobile: true }, async page => {
      await page.goto('/search')
      await heading(page, '/search').waitFor()
      await page.locator('#query').tap()
      await page.locator('#query').pressSequentially('glov', { delay: 20 })
      await page.getByRole('option', { name: /^Gloves/ }).tap()
      await page.getByRole('button', { name: 'Remove the filter Kind: Gloves' }).waitFor()
      await page.getByRole('button', { name: 'Filters' }).tap()
      await page.getByRole('button', { name: /^Black \d+ product/ }).tap()
      await page.getByRole('button', { name: 'Remove the filter Colour: Black' }).waitFor()
      await page.getByRole('button', { name: 'Filters' }).tap()
      await page.locator('.opener').first().tap()
      await page.locator('.details:visible').waitFor()
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), PHONE.width)
    })
  })
}
