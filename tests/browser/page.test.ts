import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { startDemo, waitFor } from '../support/demo.ts'
import { testAccessibility } from './accessible.ts'
import { testData } from './data.ts'
import { testForecasts } from './forecasts.ts'
import { testFound } from './found.ts'
import { testNavigation } from './navigation.ts'
import { testPropositions } from './propositions.ts'
import { testReports } from './reports.ts'
import { ADDRESSES, executablePath, openBrowser, openPage, type Room } from './room.ts'
import { testSearch } from './search.ts'
import { testTrouble } from './trouble.ts'
import { testTyping } from './typing.ts'

const skip = executablePath === undefined && 'no chromium, chromium-browser or google-chrome on the PATH'

/** One demo for the tests of all views: it takes twenty seconds to start. */
describe('the page, in a real browser on a living demo', { skip }, () => {
  const room = { complaints: [], foreign: [] } as unknown as Room

  before(async () => {
    // Half a year and a bit: as many weeks of sales as the page draws.
    room.demo = await startDemo({ env: { DEMO_DAYS: '200' } })
    room.browser = await openBrowser()
    room.page = await openPage(room)
    await room.page.goto('/')
  })

  after(async () => {
    await room.browser?.close()
    await room.demo?.stop()
    if (room.demo) rmSync(room.demo.home, { recursive: true, force: true })
  })

  test('before the first build it says that nothing is built yet, and when it will be', async () => {
    await room.page.getByText(/Nothing has been built yet\..* built at \d\d:\d\d/).waitFor()
    await waitFor(
      'the initial snapshot of the source',
      async () => {
        const { asOf } = await room.demo.call<{ asOf: { changedAt: string | null } }>('search-products')
        return asOf.changedAt !== null
      },
      120_000,
    )
    await waitFor('its words to be known', async () => {
      const { interpreted } = await room.demo.call<{ interpreted: { corrected: unknown } }>(
        'search-products',
        { query: 'sport helmt' },
      )
      return JSON.stringify(interpreted).includes('helmet')
    })
  })

  testSearch(room)
  testTyping(room)
  testFound(room)
  // The first build runs meanwhile.
  testNavigation(room)
  testData(room)
  // The demo trains after its first build.
  testForecasts(room)
  testPropositions(room)
  testReports(room)
  testTrouble(room)
  testAccessibility(room)

  test('no error in the console, and no request to any other host', () => {
    assert.deepEqual(room.complaints, [])
    assert.deepEqual(room.foreign, [])
  })

  test('a server that is gone is reported in every view, and what is shown stays', async () => {
    const { page, demo } = room
    await page.goto('/')
    await page.locator('#tables tbody tr').nth(14).waitFor()
    await demo.stop()
    await page.getByText(/The server has not answered since/).waitFor({ timeout: 10_000 })
    assert.equal(await page.locator('#tables tbody tr').count(), 15)
    for (const address of ADDRESSES) {
      await page.locator(`#views a[href="${address}"]`).click()
      await page.locator('#banner:visible', { hasText: 'has not answered since' }).waitFor()
    }
    await page.locator('#views a[href="/data/freshness"]').click()
    assert.equal(await page.locator('#tables tbody tr').count(), 15)
  })
})
