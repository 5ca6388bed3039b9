import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { ADDRESSES, heading, openPage, PHONE, type Room } from './room.ts'

const AUDIT = readFileSync(fileURLToPath(new URL('./audit.js', import.meta.url)), 'utf8')
/** What must have a name in Chromium's accessibility tree. */
const NAMED = new Set(
  'button link searchbox textbox combobox checkbox option listbox spinbutton image img navigation complementary dialog'.split(
    ' ',
  ),
)
type AxNode = { ignored: boolean; role?: { value: string }; name?: { value: string } }

/** Controls below 44 pixels, where a finger is to hit them; a row is opened by all of it, and a box by its label. */
const SMALL = `[...document.querySelectorAll('a[href], button, input, select, [role=option]')].flatMap(element => {
  const target = element.closest('.row, label.check') ?? element
  const { width, height } = target.getBoundingClientRect()
  const isThere = element.checkVisibility() && width > 1 && !element.matches('.skip')
  return isThere && (width < 44 || height < 44) ? [element.outerHTML.slice(0, 120) + ' ' + width + '×' + height] : []
})`

/** Everything that is wrong with what a page shows at this moment. */
async function audit(page: Page): Promise<string[]> {
  const problems = await page.evaluate<string[]>(AUDIT)
  const session = await page.context().newCDPSession(page)
  const { nodes } = (await session.send('Accessibility.getFullAXTree')) as { nodes: AxNode[] }
  await session.detach()
  const unnamed = nodes.filter(
    ({ ignored, role, name }) => !ignored && NAMED.has(role?.value ?? '') && !name?.value.trim(),
  )
  return [...problems, ...unnamed.map(({ role }) => `without a name: ${role?.value}`)]
}

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
  'where nothing fits': async page => {
    await page.goto('/search?q=bike+under+0.01')
    await page.getByText('No product fits').waitFor()
  },
}

/** The tests of what people need who see little, use no mouse, or listen. */
export function testAccessibility(room: Room): void {
  test('the audit finds what is wrong', async () => {
    const { page } = room
    await page.goto('/search')
    await page.locator('#products li').first().waitFor()
    // The page allows no styles in markup.
    await page.evaluate(`document.querySelector('#view').insertAdjacentHTML('beforeend', \`
      <p class="pale">pale</p><p class="faint">faint</p><input class="edge" aria-label="Edge"><button aria-controls="nowhere"></button>
      <h4>deep</h4><p id="query">twice</p><ul><div>item</div></ul><img src="/mark.svg">\`)
      document.querySelector('.pale').style.color = '#999'
      document.querySelector('.faint').style.opacity = 0.5
      document.querySelector('.edge').style.border = '1px solid #eee'`)
    const found = (await audit(page)).join('\n')
    for (const rule of [
      ...['contrast: p.pale', 'contrast: p.faint', 'edge: input.edge', 'aria-controls names nothing'],
      ...['a heading too deep', 'two of one id', 'a list of other than items', 'an image without a text'],
      'without a name: button',
    ])
      assert.ok(found.includes(rule), `${rule} in ${found}`)
  })

  for (const [name, look] of Object.entries({
    'in the light': { colorScheme: 'light' },
    'in the dark': { colorScheme: 'dark' },
    'on a phone': { viewport: PHONE, hasTouch: true, isMobile: true },
  } as const)) {
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
