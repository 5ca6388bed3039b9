import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page, Request } from 'playwright-core'
import type { MartRow, MartRows, PropositionsAnswer } from '../../stacks/local/page/data/answers.ts'
import { audit, LOOKS, SMALL } from './accessible.ts'
import { button, findClients, namesOf, open, outcome, rows, SETTLED_MS } from './proposition-page.ts'
import { PHONE, type Room, textOf, withPage } from './room.ts'

const MARKUP = '<img src=x onerror="document.title=1">'
const PROBLEM = { contentType: 'application/problem+json' }

/** Its answer as the page would get it, with parts of it replaced. */
async function change<Answer>(page: Page, name: string, changed: (answer: Answer) => object): Promise<void> {
  await page.route(`**/function/${name}`, async route => {
    const response = await route.fetch()
    await route.fulfill({ response, json: changed((await response.json()) as Answer) })
  })
}

const isOf = (mart: string) => (request: Request) => (request.postData() ?? '').includes(`"${mart}"`)

/** What groups of an experiment came to, as their mart would have it. */
async function withGroups(page: Page, groups: MartRow[]): Promise<void> {
  await page.route('**/function/read-mart', async route => {
    if (!isOf('agg_proposition_group')(route.request())) return route.fallback()
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...((await response.json()) as MartRows), rows: groups } })
  })
}

const COUNTED = {
  experiment: 'autumn',
  last_date: '2026-11-26',
  client_count: 1204,
  proposition_count: 2410,
  first_group: 'model',
}
const GROUPS: MartRow[] = [
  {
    ...COUNTED,
    ...{ experiment_group: 'model', verdict: 'first' },
    ...{ buyer_share: '0.1200', share_low: '0.1028', share_high: '0.1396' },
    ...{ difference: null, difference_low: null, difference_high: null },
  },
  {
    ...COUNTED,
    ...{ experiment_group: 'trend', verdict: 'worse' },
    ...{ buyer_share: '0.0800', share_low: '0.0660', share_high: '0.0967' },
    ...{ difference: '-0.0400', difference_low: '-0.0643', difference_high: '-0.0158' },
  },
  {
    ...COUNTED,
    ...{ experiment_group: 'wide', verdict: 'undecided' },
    ...{ buyer_share: '0.1300', share_low: '0.1122', share_high: '0.1502' },
    ...{ difference: '0.0100', difference_low: '-0.0165', difference_high: '0.0365' },
  },
]

/** The tests of what the view of propositions says of answers that a demo does not give. */
export function testPropositionStates(room: Room): void {
  test('where there is nothing to offer the page says why, and it asks again once there is', async () => {
    await withPage(room, {}, async page => {
      await page.goto('/propositions?product=nothing')
      await page.getByText('There is no product "nothing".').waitFor()
      let asked = 0
      const detail = 'there are no propositions yet: train-propositions trains a model after the first build'
      await page.route('**/function/recommend-products', route => {
        asked++
        return route.fulfill({
          ...PROBLEM,
          status: 404,
          body: JSON.stringify({ detail, reason: 'not_found' }),
        })
      })
      let finishedAt = '2026-01-01T00:00:00Z'
      await change<object>(page, 'show-status', status => ({
        ...status,
        jobs: [{ function: 'score-propositions', state: 'done', finishedAt }],
      }))
      await page.goto('/propositions?for=nobody')
      await page.getByText(/^There are no propositions yet: train-propositions trains/).waitFor()
      await page.waitForTimeout(4000)
      assert.equal(asked, 1)
      await page.unroute('**/function/recommend-products')
      finishedAt = '2026-01-02T00:00:00Z'
      await rows(page).first().waitFor()
      await change<PropositionsAnswer>(page, 'recommend-products', answer => ({
        ...answer,
        propositions: [],
        warnings: ['only 0 of 10 places are filled; left out: excluded 200, inStock 3'],
      }))
      await page
        .getByText('Nothing is left to offer. Left out: excluded by the shop (200), out of stock (3).')
        .waitFor()
    })
  })

  test('feedback that fails is said so, and the product is back', async () => {
    await withPage(room, {}, async page => {
      const [, , , , , clientId = ''] = await findClients(room)
      await page.route('**/function/proposition-feedback', route =>
        route.fulfill({ ...PROBLEM, status: 500, body: '{"detail":"it broke"}' }),
      )
      await open(page, `/propositions?client=${clientId}`)
      const before = await namesOf(page)
      await button(page, 'dismiss').click()
      await outcome(page, /^This could not be noted for .*: it broke$/)
      assert.deepEqual(await namesOf(page), before)
      await page.waitForTimeout(SETTLED_MS)
      await button(page, 'order').click()
      await outcome(page, /^This could not be noted for .*: it broke$/)
      assert.equal(await button(page, 'order').getAttribute('aria-pressed'), 'false')
    })
  })

  test('what the shop has chosen and what is tried out is marked, with the group, and text is text', async () => {
    await withPage(room, {}, async page => {
      await change<PropositionsAnswer>(page, 'recommend-products', answer => ({
        ...answer,
        experiment: { name: MARKUP, group: 'trend' },
        model: null,
        warnings: [`rules.yml: ${MARKUP}`, 'pinned product 477 is left out: inStock'],
        propositions: answer.propositions.map((one, at) => ({
          ...one,
          ...(at === 0 && { kind: 'pinned', name: MARKUP, because: MARKUP, sku: null, listPrice: null }),
          ...(at === 1 && { kind: 'explored', inStock: null }),
        })),
      }))
      await page.goto('/propositions?for=nobody')
      await rows(page).first().waitFor()
      assert.match(await textOf(rows(page).nth(0)), /chosen by the shop/)
      assert.match(await textOf(rows(page).nth(1)), /tried out/)
      assert.equal(await textOf(rows(page).nth(1).locator('.stock')), '')
      assert.deepEqual(await page.locator('.warnings li').allTextContents(), [
        `Rules.yml: ${MARKUP}.`,
        'The shop has chosen product 477, and it is left out: out of stock.',
      ])
      await page
        .getByText(/^Ranked by what is bought most now\..* in the group trend of the experiment/)
        .waitFor()
      assert.equal(await page.locator('img[src=x]').count(), 0)
      assert.notEqual(await page.title(), '1')
    })
  })

  test('whether it works is said in plain words, with intervals', async () => {
    await withPage(room, {}, async page => {
      const card = page.getByRole('region', { name: 'Does it work?' })
      await withGroups(page, [])
      await page.goto('/propositions')
      await card.getByText(/^No list has been shown in an experiment yet: name groups/).waitFor()
      assert.equal(await card.locator('table:visible').count(), 0)
      await page.unroute('**/function/read-mart')
      await withGroups(page, GROUPS)
      await page.reload()
      await card.locator('tbody tr').nth(2).waitFor()
      const cells = await Promise.all(
        [0, 1, 2].map(at => card.locator('tbody tr').nth(at).locator('th, td').allTextContents()),
      )
      assert.deepEqual(cells, [
        ['model', 'autumn', '1,204', '2,410', '12 % (10.3 % to 14 %)', '', 'the others are compared with it'],
        [
          ...['trend', 'autumn', '1,204', '2,410', '8 % (6.6 % to 9.7 %)', '−4 (−6.4 to −1.6) points'],
          'fewer of its clients buy than in model',
        ],
        [
          ...['wide', 'autumn', '1,204', '2,410', '13 % (11.2 % to 15 %)', '+1 (−1.7 to +3.7) points'],
          'no difference from model can be told yet',
        ],
      ])
      await card.getByText('lists up to 26 Nov 2026').waitFor()
    })
  })

  test('warnings are in words that a shop uses', async () => {
    const said = await room.page.evaluate(async () => {
      const { warningInWords } = await import('/data/proposition-words.js' as string)
      return [
        [
          'only 4 of 10 places are filled; left out: not in the catalogue 85, inStock 12, maxPerModel 1',
          false,
        ],
        ['only 1 of 10 places are filled; left out: not in the catalogue 85', true],
        ['only 0 of 10 places are filled; there are no more candidates', false],
        ['pinned product 4, x is left out: not in the catalogue', false],
        ['only 1 of 2 places are filled; left out: someNewRule 3', false],
      ].map(([warning, isNarrowed]) => warningInWords(warning, isNarrowed) as string)
    })
    assert.deepEqual(said, [
      'Only 4 products instead of 10. Left out: no longer in the catalogue (85), out of stock (12), another variant of one in the list (1).',
      'Only 1 product instead of 10.',
      'Nothing is left to offer.',
      'The shop has chosen product 4, x, and it is left out: no longer in the catalogue.',
      'Only 1 product instead of 2. Left out: someNewRule (3).',
    ])
  })

  for (const [name, look] of Object.entries(LOOKS))
    test(`propositions have names, contrast and structure in each of their states, ${name}`, async () => {
      const [best = ''] = await findClients(room)
      await withPage(room, look, async page => {
        await withGroups(page, GROUPS)
        for (const [state, show] of Object.entries(STATES)) {
          await show(page, best)
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
const STATES: Record<string, (page: Page, clientId: string) => Promise<void>> = {
  'before a client is chosen, with groups': async page => {
    await page.goto('/propositions')
    await page.locator('#propositions .tile').first().waitFor()
    await page.locator('#groups tbody tr').first().waitFor()
  },
  'with suggestions of clients': async page => {
    await page.goto('/propositions')
    await page.getByRole('combobox', { name: 'Find a client by its id' }).fill('1')
    await page.getByRole('option').first().waitFor()
    await page.keyboard.press('ArrowDown')
  },
  'of a client, with something ordered and warnings': async (page, clientId) => {
    await change<PropositionsAnswer>(page, 'recommend-products', answer => ({
      ...answer,
      warnings: ['pinned product 477 is left out: inStock'],
      propositions: answer.propositions.map((one, at) => (at === 0 ? { ...one, kind: 'pinned' } : one)),
    }))
    await open(page, `/propositions?client=${clientId}`)
    await page.locator('.bought').first().waitFor()
    await page.getByText(/^\d+ other products$/).click()
    await button(page, 'order').click()
    await outcome(page, /is noted as ordered\. The list /)
    await page.unroute('**/function/recommend-products')
  },
  'beside a product': async page => {
    await open(page, '/propositions?product=477')
  },
  'where there is none': async page => {
    await page.goto('/propositions?product=nothing')
    await page.getByText('There is no product "nothing".').waitFor()
  },
}
