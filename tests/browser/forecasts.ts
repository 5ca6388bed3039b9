import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { ForecastAnswer, OrdersAnswer } from '../../stacks/local/page/data/answers.ts'
import { waitFor } from '../support/demo.ts'
import { audit, LOOKS, SMALL } from './accessible.ts'
import { heading, PHONE, type Room, textOf, withPage } from './room.ts'

const MARKUP = '<img src=x onerror="document.title=1">'
const NOT_FOUND = { status: 404, contentType: 'application/problem+json' }

const figure = (page: Page, name: string) =>
  page.locator('.figures > div', { has: page.getByText(name, { exact: true }) })
const slider = (page: Page) => page.getByRole('slider', { name: 'Day' })
const spoken = async (page: Page) => (await slider(page).getAttribute('aria-valuetext')) ?? ''
const shown = (page: Page, name: string) => page.locator('.forecast-name', { hasText: name })

/** Its answer as the page would get it, with parts of it replaced. */
async function change<Answer>(page: Page, name: string, changed: (answer: Answer) => object): Promise<void> {
  await page.route(`**/function/${name}`, async route => {
    const response = await route.fetch()
    await route.fulfill({ response, json: changed((await response.json()) as Answer) })
  })
}

/** The tests of the view of forecasts, once the demo has trained and scored. */
export function testForecasts(room: Room): void {
  const call = <T>(name: string, body: object) => room.demo.call<T>(name, body)

  test('the shop as a whole: expected, with a band, reasons, and how good forecasts were', async () => {
    const answer = await waitFor(
      'the first forecasts',
      () => call<ForecastAnswer>('forecast-demand', {}),
      300_000,
    )
    const { page } = room
    await page.goto('/forecasts')
    await shown(page, 'The whole shop').waitFor()
    assert.match(
      await textOf(figure(page, 'Next 7 days')),
      /7 days[\d,]+8 times out of 10 from [\d,]+ to [\d,]+$/,
    )
    assert.match(await textOf(figure(page, 'Next 28 days')), /[\d,]+8 times out of 10/)
    assert.match(await textOf(figure(page, 'So far')), /A day’s forecast was \d+ % off over \d+ days\./)
    const reasons = await page.locator('.reasons li').allTextContents()
    assert.deepEqual(
      reasons,
      answer.why.map(({ text }) => text),
    )
    await page
      .getByText(
        /^\d+ products, forecast by demand-forecast, version \d+ .*It knows every sale up to \d\d:\d\d on/,
      )
      .waitFor()
    assert.equal(
      await page.locator('.picture .sold').count(),
      answer.history.filter(day => day.quantity > 0).length,
    )
    assert.equal(await page.locator('.picture .band:not(.past)').count(), 1)
    assert.equal(await page.locator('.picture .today').count(), 1)
    assert.ok((await page.locator('.picture .expected.past').count()) >= 1, 'what had been forecast')
  })

  test('a day is read by pointing at it and by keys; tables have the same numbers', async () => {
    const { page } = room
    await page.goto('/forecasts')
    await shown(page, 'The whole shop').waitFor()
    const answer = await call<ForecastAnswer>('forecast-demand', {})
    await slider(page).focus()
    assert.match(await spoken(page), /^\w{3}, \d+ \w+ \d{4}: [\d.,]+ expected, 8 times out of 10 from/)
    await page.keyboard.press('ArrowLeft')
    assert.match(await spoken(page), /: [\d.,]+ sold, /)
    await page.keyboard.press('Home')
    const first = await textOf(page.locator('.readout'))
    assert.match(first, /sold on/)
    const box = await page.locator('.picture svg').boundingBox()
    assert.ok(box)
    await page.mouse.move(box.x + box.width - 12, box.y + 100)
    assert.match(await textOf(page.locator('.readout')), /expected on/)
    assert.equal(await slider(page).inputValue(), String(answer.history.length + 27))
    await page.getByText('The same as tables').click()
    const coming = page
      .getByRole('table', { name: 'What is expected on each coming day' })
      .locator('tbody tr')
    const past = page.getByRole('table', { name: /^What was sold on each past day/ }).locator('tbody tr')
    assert.equal(await coming.count(), 28)
    assert.equal(await past.count(), answer.history.length)
  })

  test('a product is found by typing and keys alone, has its order, and is in the address', async () => {
    const { page } = room
    await page.goto('/forecasts')
    const field = page.getByRole('combobox', { name: 'Find a product' })
    await field.focus()
    await page.keyboard.type('mountain bottle c', { delay: 20 })
    await page.getByRole('option', { name: /^Mountain Bottle Cage/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await shown(page, 'Mountain Bottle Cage').waitFor()
    const productId = new URL(page.url()).searchParams.get('product')
    assert.ok(productId)
    assert.match(await textOf(figure(page, 'So far')), /in the band/)
    await waitFor('its order', async () => /^Order\S/.test(await textOf(figure(page, 'Order'))))
    assert.ok((await page.locator('.picture .band.past').count()) >= 1)
    await page.goBack()
    await shown(page, 'The whole shop').waitFor()
    await page.goForward()
    await shown(page, 'Mountain Bottle Cage').waitFor()
    await page.reload()
    await shown(page, 'Mountain Bottle Cage').waitFor()
  })

  test('words that may mean several products lead to a choice between them', async () => {
    const { page } = room
    await page.goto('/forecasts')
    const field = page.getByRole('combobox', { name: 'Find a product' })
    await field.fill('bottle cage')
    await field.press('Enter')
    await page.getByText('Which of them?').waitFor()
    await page.locator('.found .tile', { hasText: 'Road Bottle Cage' }).click()
    await shown(page, 'Road Bottle Cage').waitFor()
    assert.equal(await page.locator('.found .tile').count(), 0)
    assert.equal(await page.evaluate('document.activeElement.id'), 'forecast', 'where the keyboard goes on')
    await field.fill('bike under 0.01')
    await field.press('Enter')
    await page.getByText('Sorry, no product fits.').waitFor()
  })

  test('a category, a territory and how far are chosen, and the address keeps them', async () => {
    const { page } = room
    await page.goto('/forecasts')
    await page.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'Bikes' })
    await shown(page, 'Bikes').waitFor()
    await page.getByLabel('Territory').selectOption({ index: 1 })
    const name = await textOf(page.getByLabel('Territory').locator('option:checked'))
    await page.getByLabel('Ahead').selectOption('90')
    await shown(page, `Bikes, in ${name}`).waitFor()
    const { searchParams } = new URL(page.url())
    assert.deepEqual([searchParams.get('category'), searchParams.get('days')], ['Bikes', '90'])
    await page.reload()
    await shown(page, `Bikes, in ${name}`).waitFor()
    assert.equal(await page.getByLabel('Ahead').inputValue(), '90')
    assert.equal(
      await page.getByRole('combobox', { name: 'Of' }).inputValue(),
      'category:Bikes',
      'its orders too',
    )
    await page.getByText('The same as tables').click()
    assert.equal(
      await page
        .getByRole('table', { name: 'What is expected on each coming day' })
        .locator('tbody tr')
        .count(),
      90,
    )
  })

  test('orders say what, when and why, by service level and lead time; the file has the same', async () => {
    const { page } = room
    await page.goto('/forecasts?service=98')
    const rows = page.locator('#orders tbody tr')
    await page.getByLabel('Lead time, days').fill('30')
    await page.getByLabel('Lead time, days').press('Enter')
    await page
      .getByText(/in the 31 days until the order after this one/)
      .first()
      .waitFor()
    const { orders, total } = await call<OrdersAnswer>('plan-orders', {
      leadTimeDays: 30,
      serviceLevel: 0.98,
    })
    assert.equal(await rows.count(), Math.min(total, 20))
    assert.match(await textOf(rows.first()), /\d{1,2} \w+ \d{4}.*at most [\d.]+ in 98 of 100 such times/)
    assert.match(page.url(), /service=98&lead=30/)
    const started = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download as CSV' }).click()
    const text = await readFile(await (await started).path(), 'utf8')
    assert.match(text, /^orderOn,productId,name,quantity,/)
    assert.equal(text.trim().split('\r\n').length, total + 1)
    await page.getByLabel('Lead time, days').fill('0')
    await page.getByLabel('Lead time, days').blur()
    assert.match(page.url(), /lead=30/, 'what is not allowed is not asked')
    await page.getByRole('combobox', { name: 'Of' }).selectOption({ label: 'Accessories' })
    await waitFor('the filter to be in the address', async () =>
      page.url().includes('orders=category%3AAccessories'),
    )
    await rows.first().getByRole('link').click()
    await figure(page, 'Order').waitFor()
    assert.equal(await page.evaluate('document.activeElement.id'), 'heading')
    assert.match(page.url(), /product=.*service=98&lead=30/)
    assert.ok(orders.length > 0)
  })

  test("a product's view in search leads to its forecast", async () => {
    const { page } = room
    await page.goto('/search?q=BC-M005')
    await page.locator('.opener').first().click()
    await page.getByRole('link', { name: 'What will be sold of it' }).click()
    await heading(page, '/forecasts').waitFor()
    await shown(page, 'Mountain Bottle Cage').waitFor()
  })

  test('where there is no forecast the function says why, and it is asked again once there are others', async () => {
    const { page } = room
    await page.goto('/forecasts?product=nothing')
    await page.getByText('No product "nothing".').waitFor()
    await withPage(room, {}, async none => {
      const detail = 'nothing is forecast yet: the model is trained after the first build'
      let asked = 0
      await none.route('**/function/forecast-demand', route => {
        asked++
        return route.fulfill({ ...NOT_FOUND, body: JSON.stringify({ detail, reason: 'not_found' }) })
      })
      let finishedAt = '2026-01-01T00:00:00Z'
      await none.route('**/function/show-status', async route => {
        const response = await route.fetch()
        const jobs = [{ function: 'score-forecast', state: 'done', finishedAt }]
        await route.fulfill({ response, json: { ...((await response.json()) as object), jobs } })
      })
      await none.goto('/forecasts')
      await none.getByText('Nothing is forecast yet: the model is trained after the first build.').waitFor()
      await none.waitForTimeout(5000)
      assert.equal(asked, 1)
      await none.unroute('**/function/forecast-demand')
      finishedAt = '2026-01-02T00:00:00Z'
      await shown(none, 'The whole shop').waitFor()
    })
  })

  test('a forecast that fails is said so, and what is shown stays', async () => {
    await withPage(room, {}, async page => {
      const broken = { status: 500, contentType: 'application/problem+json', body: '{"detail":"it broke"}' }
      await page.route('**/function/plan-orders', route => route.fulfill(broken))
      await page.goto('/forecasts')
      await page.getByText('This could not be read: it broke').waitFor()
      await shown(page, 'The whole shop').waitFor()
      await page.unroute('**/function/plan-orders')
      await page.locator('#orders tbody tr').first().waitFor({ timeout: 15_000 })
      await page.getByText('This could not be read').waitFor({ state: 'detached' })
    })
  })

  test('days out of stock are marked, days without a forecast leave a gap, and text is text', async () => {
    await withPage(room, {}, async page => {
      await change<ForecastAnswer>(page, 'forecast-demand', answer => ({
        ...answer,
        name: MARKUP,
        served: [MARKUP],
        why: [{ feature: 'x', effect: 1, text: MARKUP }],
        history: answer.history.map((day, at) => ({
          ...day,
          quantity: at === 3 ? -2 : day.quantity,
          outOfStock: at >= 10 && at < 12,
          forecast: at % 40 === 20 ? null : 5,
        })),
      }))
      await change<OrdersAnswer>(page, 'plan-orders', answer => ({
        ...answer,
        total: 1,
        orders: [
          {
            productId: 'a&b',
            name: MARKUP,
            orderOn: '2026-12-01',
            quantity: 3,
            stockOnHand: -1,
            because: MARKUP,
          },
        ],
        notOrdered: [{ productId: 'c', name: MARKUP, reason: 'no_forecast', because: MARKUP }],
      }))
      await page.goto('/forecasts?product=223')
      await shown(page, MARKUP).waitFor()
      await page.locator('#orders').getByRole('link', { name: MARKUP }).waitFor()
      assert.equal(await page.locator('#orders a').getAttribute('href'), '/forecasts?product=a%26b')
      assert.equal(await page.locator('.picture .out').count(), 2)
      assert.equal(await page.locator('.picture .expected.past').count(), 3)
      await slider(page).fill('10')
      assert.match(await spoken(page), /the stock ran out/)
      await slider(page).fill('3')
      assert.match(await spoken(page), /-2 sold/)
      assert.equal(await page.locator('.legend li', { hasText: 'the stock ran out' }).count(), 1)
      assert.equal(await page.locator('img[src=x]').count(), 0)
      assert.notEqual(await page.title(), '1')
    })
  })

  test('sums, accuracy and units are in words and figures that people use', async () => {
    const { sums, words, figures } = await room.page.evaluate(async () => {
      const { sumOf } = await import('/data/forecast-sums.js' as string)
      const { accuracyInWords } = await import('/data/forecast-words.js' as string)
      const { units } = await import('/data/format.js' as string)
      const days = (length: number, quantity: number, p10: number, p90: number) =>
        Array.from({ length }, () => ({ quantity, p10, p90 }))
      const accuracy = { days: 63, served: 0, error: 0.332, bias: 0.018, inBand: 0.841 }
      return {
        sums: [days(7, 20, 10, 30), days(28, 20, 10, 30), days(7, 0.1, 0, 0), days(7, 0, 0, 0)].map(sumOf),
        words: [
          accuracy,
          { ...accuracy, bias: -0.14, inBand: null },
          { ...accuracy, error: null, bias: null },
          { ...accuracy, days: 0 },
        ].map(accuracyInWords),
        figures: [0, 0.041, 3.74, 20.4, 1234.5, -2].map(units),
      }
    })
    const [week, month, rare, none] = sums as { mean: number; low: number; high: number }[]
    assert.ok(week && month && rare)
    assert.ok(
      week.low > 70 && week.high < 210 && week.low < 140 && week.high > 140,
      'less than the sum of bands',
    )
    assert.ok((month.high - month.low) / month.mean > (week.high - week.low) / week.mean / 2)
    assert.ok(rare.low === 0 && rare.high > 1 && rare.high < 4, JSON.stringify(rare))
    assert.deepEqual(none, { mean: 0, low: 0, high: 0 })
    assert.deepEqual(words, [
      'A day’s forecast was 33 % off over 63 days, and on 8 of 10 days what was sold was in the band.',
      'A day’s forecast was 33 % off over 63 days. All together it was 14 % too low.',
      'Nothing was sold on the 63 days that had been forecast.',
      'Not known yet: no day has come that had been forecast.',
    ])
    assert.deepEqual(figures, ['0', '0.041', '3.7', '20', '1,235', '-2'])
  })

  for (const [name, look] of Object.entries(LOOKS))
    test(`forecasts have names, contrast and structure in each of their states, ${name}`, async () => {
      await withPage(room, look, async page => {
        for (const [state, show] of Object.entries(STATES)) {
          await show(page)
          assert.deepEqual(await audit(page), [], state)
          if (name !== 'on a phone') continue
          assert.equal(await page.evaluate('document.documentElement.scrollWidth'), PHONE.width, state)
          await page.evaluate(
            `document.querySelector('[aria-label="Call it from your own program"]').remove()`,
          )
          assert.deepEqual(await page.evaluate(SMALL), [], state)
        }
      })
    })
}

/** What the view may look like, and how it comes to that. */
const STATES: Record<string, (page: Page) => Promise<void>> = {
  'of the shop, with orders': async page => {
    await page.goto('/forecasts?lead=30')
    await shown(page, 'The whole shop').waitFor()
    await page.locator('#orders tbody th').first().waitFor()
  },
  'of a product, with tables, and a choice of others': async page => {
    await page.goto('/search?q=BC-M005')
    await page.locator('.opener').first().click()
    await page.getByRole('link', { name: 'What will be sold of it' }).click()
    await shown(page, 'Mountain Bottle Cage').waitFor()
    await page.getByText('The same as tables').click()
    await page.locator('#query').fill('bottle cage')
    await page.locator('#query').press('Enter')
    await page.getByText('Which of them?').waitFor()
  },
  'where there is none': async page => {
    await page.goto('/forecasts?product=nothing')
    await page.getByText('No product "nothing".').waitFor()
  },
}
