import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ADDRESSES,
  DESKTOP,
  heading,
  linkTo,
  openPage,
  PHONE,
  type Room,
  type VIEWS,
  withPage,
} from './room.ts'

/** Run in the page: how many links to views, or the freshness, would have to be scrolled to. */
const COUNT_OUT_OF_SIGHT = `[...document.querySelectorAll('#views a, #pulse')].filter(element => {
  const { top, bottom, left, right } = element.getBoundingClientRect()
  return top < 0 || left < 0 || bottom > innerHeight || right > innerWidth
}).length`

/** The tests of the addresses and of what is around every view. */
export function testNavigation(room: Room): void {
  test('each view has an address, a title and a heading of its own', async () => {
    const titles = new Set<string>()
    for (const address of ADDRESSES) {
      await room.page.goto(address)
      await heading(room.page, address).waitFor()
      assert.equal(await linkTo(room.page, address).getAttribute('aria-current'), 'page')
      titles.add(await room.page.title())
    }
    assert.equal(titles.size, ADDRESSES.length)
  })

  for (const [name, viewport] of Object.entries({ 'a desktop': DESKTOP, 'a phone': PHONE }))
    test(`on ${name} each view is one click away from each other, and nothing scrolls sideways`, async () => {
      const page = await openPage(room, { viewport, hasTouch: viewport === PHONE })
      await page.goto('/')
      for (const address of [...ADDRESSES.slice(1), '/'] as (keyof typeof VIEWS)[]) {
        await page.evaluate('scrollTo(0, document.body.scrollHeight)')
        const hidden = await page.evaluate(COUNT_OUT_OF_SIGHT)
        assert.equal(hidden, 0, 'every view and the freshness are in sight')
        await linkTo(page, address).click()
        await heading(page, address).waitFor()
        assert.equal(new URL(page.url()).pathname, address)
        await page.locator('#view').locator('.card, #products li').first().waitFor()
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), viewport.width, address)
      }
      await page.close()
    })

  test('back and forward lead through the views, and the heading has the focus', async () => {
    const { page } = room
    await page.goto('/')
    await linkTo(page, '/sales').click()
    await linkTo(page, '/data/runs').click()
    const focused = () => page.evaluate('document.activeElement?.id')
    assert.equal(await focused(), 'heading')
    await page.goBack()
    await heading(page, '/sales').waitFor()
    assert.equal(await page.title(), 'Sales – Cordage')
    await page.goBack()
    await heading(page, '/').waitFor()
    await page.goForward()
    await heading(page, '/sales').waitFor()
    assert.equal(await focused(), 'heading')
  })

  test('the views are reached by the keyboard alone', async () => {
    const { page } = room
    await page.goto('/')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate('document.activeElement?.id'), 'heading')
    await page.keyboard.press('/')
    assert.equal(await page.evaluate('document.activeElement?.id'), 'query')
    await linkTo(page, '/data/lineage').focus()
    await page.keyboard.press('Enter')
    await heading(page, '/data/lineage').waitFor()
  })

  test('where less motion is asked for nothing moves, and in the dark the page is dark', async () => {
    await withPage(room, { reducedMotion: 'reduce', colorScheme: 'dark' }, async page => {
      await page.goto('/')
      await page.locator('#pulse[data-state="live"]').waitFor()
      const seen = await page.evaluate(`[
        getComputedStyle(document.querySelector('#pulse'), '::before').animationName,
        getComputedStyle(document.body).backgroundColor,
      ]`)
      assert.deepEqual(seen, ['none', 'rgb(20, 23, 26)'])
    })
  })

  test('an address that is no view is not found', async () => {
    const response = await fetch(`${room.demo.gateway}/data/nothing`)
    assert.equal(response.status, 404)
    assert.equal(response.headers.get('content-type'), 'application/problem+json')
  })
}
