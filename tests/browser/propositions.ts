import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Request } from 'playwright-core'
import type { PropositionsAnswer } from '../../stacks/local/page/data/answers.ts'
import { waitFor } from '../support/demo.ts'
import { button, findClients, namesOf, open, outcome, rows, SETTLED_MS, title } from './proposition-page.ts'
import { testPropositionStates } from './proposition-states.ts'
import { atSource, type Room, textOf } from './room.ts'

/** The tests of the view of propositions, once the demo has trained and scored them. */
export function testPropositions(room: Room): void {
  const call = <T>(name: string, body: object) => room.demo.call<T>(name, body)

  test('clients to begin with are shown by their ids alone, and one press leads to what to offer', async () => {
    await waitFor('the first propositions', () => call('recommend-products', {}), 300_000)
    const { page } = room
    await page.goto('/propositions')
    const tiles = page.locator('#propositions .tile')
    await tiles.first().waitFor()
    const [best = ''] = await findClients(room)
    assert.match(await textOf(tiles.first()), new RegExp(`^${best}\\d+ orders, last on .*champion$`))
    await tiles.first().click()
    await title(page, `Client ${best}`).waitFor()
    await rows(page).first().waitFor()
    assert.equal(new URL(page.url()).search, `?client=${best}`)
    await page
      .getByText(/^Ranked by product-propositions, version \d+\. It knows .* has done since\.$/)
      .waitFor()
    assert.equal(await rows(page).count(), 10)
    const { propositions, client } = await call<PropositionsAnswer>('recommend-products', {
      clientId: best,
      withHistory: true,
    })
    const [first] = propositions
    assert.ok(first && client)
    const own = rows(page).filter({ has: page.getByText(first.name ?? '', { exact: true }) })
    for (const said of [first.because, first.sku, first.listPrice?.toFixed(2), 'in stock'])
      assert.ok((await textOf(own)).includes(String(said)), `${said} in ${await textOf(own)}`)
    const bought = page.getByRole('region', { name: 'What they bought' })
    await bought.getByText(`${client.baskets} days with purchases, in `).waitFor()
    assert.equal(await bought.locator('li').count(), client.bought.length)
    assert.match(await textOf(bought.locator('li').first()), /on (\d+ days, last on )?\d+ \w+ \d{4}$/)
  })

  test('a client is found by typing the beginning of an id, and the address keeps it', async () => {
    const { page } = room
    const [, second = ''] = await findClients(room)
    await page.goto('/propositions')
    const field = page.getByRole('combobox', { name: 'Find a client by its id' })
    await field.focus()
    await page.keyboard.press('ArrowDown')
    await page.getByRole('option').nth(5).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.type(second, { delay: 20 })
    await page.getByRole('option', { name: new RegExp(`^${second} \\d+ orders`) }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await title(page, `Client ${second}`).waitFor()
    await field.fill(' nobody & so ')
    await field.press('Enter')
    await title(page, 'Client nobody & so').waitFor()
    await page.getByText('Nothing is known of this client, so this is what is bought most now.').waitFor()
    await page.getByText('Nothing that is known.').waitFor()
    await page.goBack()
    await title(page, `Client ${second}`).waitFor()
    await page.reload()
    await title(page, `Client ${second}`).waitFor()
    assert.equal(await field.inputValue(), second)
  })

  test('what is not for a client leaves at once, the list follows, and it is one list however often it is asked for', async () => {
    const { page } = room
    const [, , clientId = ''] = await findClients(room)
    const asked: (string | undefined)[] = []
    const note = (request: Request) => {
      if (!request.url().endsWith('/recommend-products')) return
      asked.push((request.postDataJSON() as { propositionsId?: string }).propositionsId)
    }
    page.on('request', note)
    await open(page, `/propositions?client=${clientId}`)
    const before = await namesOf(page)
    await button(page, 'dismiss', 1).focus()
    await page.keyboard.press('Enter')
    assert.deepEqual(await namesOf(page), [before[0], ...before.slice(2)])
    const focused = await page.evaluate('document.activeElement.getAttribute("aria-label")')
    assert.equal(focused, `Not for them: ${before[2]}`, 'where the keyboard goes on')
    await outcome(page, /is not offered to this client for a while\. The list followed after \d\.\d s\.$/)
    assert.equal(await rows(page).count(), 10)
    const after = await call<PropositionsAnswer>('recommend-products', { clientId, limit: 50 })
    assert.ok(!after.propositions.some(({ name }) => name === before[1]))
    page.off('request', note)
    const [first, ...again] = asked
    assert.equal(first, undefined)
    assert.ok(again.length > 0 && new Set(again).size === 1 && again[0] !== undefined, JSON.stringify(asked))
  })

  test('what was ordered is noted once, and marked', async () => {
    const { page } = room
    const [, , , clientId = ''] = await findClients(room)
    let sent = 0
    await page.route('**/function/proposition-feedback', route => {
      sent++
      return route.continue()
    })
    await open(page, `/propositions?client=${clientId}`)
    const [, , third = ''] = await namesOf(page)
    const own = page.getByRole('button', { name: `Ordered: ${third}`, exact: true })
    await own.click()
    assert.equal(await own.getAttribute('aria-pressed'), 'true')
    await outcome(page, /is noted as ordered\. The list /)
    await page.waitForTimeout(SETTLED_MS)
    if ((await own.count()) > 0) await own.click()
    assert.equal(sent, 1)
    await page.unroute('**/function/proposition-feedback')
  })

  test('what a client buys elsewhere is in both lists by itself', async () => {
    const { page } = room
    const [, , , , clientId = ''] = await findClients(room)
    await open(page, `/propositions?client=${clientId}`)
    const { propositions } = await call<PropositionsAnswer>('recommend-products', { clientId, limit: 3 })
    const wanted = propositions.at(-1)
    assert.ok(wanted?.name)
    await atSource(
      room,
      `insert into dbo."Order" values (990001, 'SO990001', localtimestamp, ${clientId}, 1, 1, 'Placed');
       insert into dbo."OrderItem" select 990001, 1, "ProductID", 1, "ListPrice" from dbo."Product" where "ProductID" = ${wanted.productId};
       insert into dbo."Sale" select 990001, 990001, 1, current_date, "ProductID", ${clientId}, 1, 1, "ListPrice" from dbo."Product" where "ProductID" = ${wanted.productId}`,
    )
    const first = page.locator('.bought li').first()
    await first.getByText(wanted.name, { exact: true }).waitFor({ timeout: 10_000 })
    await waitFor('it to leave the list', async () => !(await namesOf(page)).includes(wanted.name ?? ''))
  })

  test('beside a product, for somebody new by territory, and of one category', async () => {
    const { page } = room
    const [best = ''] = await findClients(room)
    await page.goto(`/propositions?client=${best}`)
    await page.getByRole('link', { name: 'Beside a product' }).click()
    await page.getByRole('combobox', { name: 'Find a product' }).fill('BC-M005')
    await page.keyboard.press('Enter')
    await title(page, `Beside Mountain Bottle Cage, for client ${best}`).waitFor()
    await rows(page).filter({ hasText: 'bought with Mountain Bottle Cage' }).first().waitFor()
    await rows(page)
      .first()
      .getByRole('link', { name: /^Goes with it/ })
      .click()
    await page.locator('.forecast-name', { hasNotText: 'Mountain Bottle Cage' }).waitFor()
    await page.goBack()
    await title(page, `Beside Mountain Bottle Cage, for client ${best}`).waitFor()

    await page.getByRole('link', { name: 'Somebody new' }).click()
    await title(page, 'Somebody of whom nothing is known').waitFor()
    await rows(page).first().waitFor()
    assert.equal(
      await page.locator('[data-action="dismiss"]').count(),
      0,
      'there is nobody to put it aside for',
    )
    const territory = page.getByLabel('Territory')
    await territory.selectOption({ index: 1 })
    await title(page, `Somebody new in ${await textOf(territory.locator('option:checked'))}`).waitFor()
    await page.getByRole('combobox', { name: 'Of' }).selectOption({ label: 'Clothing' })
    await waitFor('only clothes', async () => {
      const texts = await rows(page).locator('.about').allTextContents()
      return texts.length > 0 && texts.every(text => text.includes('Clothing ›'))
    })
    assert.match(page.url(), /for=nobody&territory=\w+&only=category%3AClothing$/)
    const command = await textOf(page.locator('.commands code').first())
    const path = /'http:\/\/[^/]+(.*)'/.exec(command)?.[1] ?? ''
    assert.equal((await fetch(`${room.demo.gateway}${path}`)).status, 200, command)
  })

  testPropositionStates(room)
}
