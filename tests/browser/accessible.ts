import assert from 'node:assert/strict'
import { test } from 'node:test'
import axe, { type AxeResults, type RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'
import { ADDRESSES, heading, openPage, PHONE, type Room } from './room.ts'

/** WCAG 2.2 at levels A and AA, and what is good practice beyond it. */
const RULES: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
}

/** Controls below 44 pixels, where a finger is to hit them; a row is opened by all of it, and a box by its label. */
export const SMALL = `[...document.querySelectorAll('a[href], button, input, select, [role=option]')].flatMap(element => {
  const target = element.closest('.row, label.check') ?? element
  const { width, height } = target.getBoundingClientRect()
  const isThere = element.checkVisibility() && width > 1 && !element.matches('.skip')
  return isThere && (width < 44 || height < 44) ? [element.outerHTML.slice(0, 120) + ' ' + width + '×' + height] : []
})`

/** Everything that axe finds wrong with what a page shows at this moment. What it cannot decide is no finding. */
export async function audit(page: Page): Promise<string[]> {
  // Not as a script of the page, whose policy allows none but its own.
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(RULES)})`)
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
  )
}

/** How a view may be looked at. */
export const LOOKS = {
  'in the light': { colorScheme: 'light' },
  'in the dark': { colorScheme: 'dark' },
  'on a phone': { viewport: PHONE, hasTouch: true, isMobile: true },
} as const

/** What search may look like, and how it comes to that. */
const STATES: Record<string, (page: Page) => Promise<void>> = {
  'before anything is typed': async page => {
    await page.goto('/search')
    await page.locator('#products li').first().waitFor()
  },
  'with suggestions': async page => {
    await page.goto('/search')
    await page.locator('#query').pressSequentially('mountain b', { delay: 20 })
    await page.locator('#suggestions li').first().waitFor()
    await page.keyboard.press('ArrowDown')
  },
  'with results, filters and an open product': async page => {
    await page.goto('/search?q=red+road+bkie+under+2000&inStock=true')
    await page.locator('.opener').first().click()
    await page.locator('.details:visible').waitFor()
  },
  'with variants, and a similar product gone on to': async page => {
    await page.goto('/search?q=keep+my+hands+warm')
    await page
      .getByRole('button', { name: /^3 variants of/ })
      .first()
      .click()
    await page.locator('.variants .row').first().waitFor()
    await page.locator('.opener').first().click()
    await page.locator('.tile').first().click()
    await page.getByRole('button', { name: /^Back to/ }).waitFor()
    await page.locator('.tile').first().waitFor()
  },
  'asked whether another word is meant': async page => {
    await page.goto('/search?q=racing+sacks')
    await page.getByText('Did you mean').waitFor()
  },
  'where nothing fits': async page => {
    await page.goto('/search?q=bike+under+0.01')
    await page.getByText('No product fits').waitFor()
  },
}

/** The tests of what people need who see little, use no mouse, or listen. */
export function testAccessibility(room: Room): void {
  test('axe finds what is wrong', async () => {
    const { page } = room
    await page.goto('/search')
    await page.locator('#products li').first().waitFor()
    // The page allows no styles in markup.
    await page.evaluate(`document.querySelector('#view').insertAdjacentHTML('beforeend', \`
      <p class="pale">pale</p><p class="faint">faint</p><button aria-controls="nowhere"></button>
      <input id="twice"><label for="twice" id="twice"></label><h6>deep</h6><ul><div>item</div></ul><img src="/mark.svg">\`)
      document.querySelector('.pale').style.color = '#999'
      document.querySelector('.faint').style.opacity = 0.5`)
    const found = (await audit(page)).join('\n')
    for (const problem of [
      ...['color-contrast: <p class="pale"', 'color-contrast: <p class="faint"', 'heading-order: <h6>'],
      ...['button-name: <button', 'label: <input', 'list: <ul>', 'image-alt: <img'],
    ])
      assert.ok(found.includes(problem), `${problem} in ${found}`)
  })

  for (const [name, look] of Object.entries(LOOKS)) {
    test(`search has names, contrast and structure in each of its states, ${name}`, async () => {
      const page = await openPage(room, look)
      for (const [state, show] of Object.entries(STATES)) {
        await show(page)
        assert.deepEqual(await audit(page), [], state)
        if (name !== 'on a phone') continue
        const filters = page.getByRole('button', { name: 'Filters' })
        if ((await page.locator('#suggestions li').count()) === 0) await filters.click()
        assert.deepEqual(await page.evaluate(SMALL), [], state)
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), PHONE.width, state)
      }
      await page.close()
    })

    test(`every view has names, contrast and structure, ${name}`, async () => {
      const page = await openPage(room, look)
      for (const address of ADDRESSES) {
        await page.goto(address)
        await heading(page, address).waitFor()
        await page.locator('#view').locator('.card, #products li').first().waitFor()
        assert.deepEqual(await audit(page), [], address)
      }
      await page.close()
    })
  }
}
