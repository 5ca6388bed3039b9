import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ReportAnswer } from '../../stacks/local/page/data/answers.ts'
import { audit } from './accessible.ts'
import { heading, PHONE, type Room, textOf, withPage } from './room.ts'

/** The tests of the view of reports, once the demo has published its marts. */
export function testReports(room: Room): void {
  test('a report is shown as it was written, and a number says where it is from', async () => {
    const { page, demo } = room
    const report = await demo.call<ReportAnswer>('write-report', { report: 'sales-overview' })
    await page.goto('/reports')
    const sentences = page.locator('.sentences > li > p')
    await sentences.first().waitFor()
    assert.deepEqual(
      await sentences.allTextContents(),
      report.sections.flatMap(section => section.sentences.map(({ text }) => text)),
    )
    assert.equal(await page.locator('.report figure svg').count(), report.charts.length)
    const number = page.locator('button.said').first()
    await number.click()
    assert.equal(await number.getAttribute('aria-expanded'), 'true')
    const fact = report.facts.find(({ id }) => id === report.sections[0]?.sentences[0]?.numbers[0]?.fact)
    const said = await textOf(page.locator('.fact'))
    assert.ok(fact && said.includes(`${fact.value} ${fact.currency}`) && said.includes(fact.source.sql), said)
    await page.getByRole('link', { name: 'The rows that it is made of' }).click()
    const rows = page.locator('#rows tbody tr')
    await rows.nth(19).waitFor()
    const dates = await rows.locator('td:nth-child(4)').allTextContents()
    assert.ok(
      dates.every(date => date >= report.period.from && date <= report.period.to),
      dates.join(),
    )
    await page.goBack()
    await number.click()
    await number.click()
    assert.equal(await page.locator('.fact').count(), 0)
  })

  test('another report, language and time are chosen, and are in the address', async () => {
    const { page } = room
    await page.goto('/reports')
    await page.getByRole('combobox', { name: 'Report', exact: true }).selectOption('inventory-status')
    await page.getByLabel('Language').selectOption('de')
    await page.locator('.report[lang="de"]', { hasText: 'Stand des Lagers' }).waitFor()
    assert.match(page.url(), /report=inventory-status&language=de/)
    await page.goto('/reports?report=poetry&from=yesterday&language=xx')
    await page.locator('.report[lang="en"]', { hasText: 'Sales overview' }).waitFor()
    // What is refused is an error to the browser.
    await withPage(room, {}, async page => {
      await page.goto('/reports')
      await page.getByLabel('From', { exact: true }).fill('2031-01-01')
      await page.getByText(/there are data from .* to /).waitFor()
    })
  })

  test('a question in words is answered with how it was read, and one that has no answer with others that do', async () => {
    const { page } = room
    await page.goto('/reports')
    const field = page.getByRole('searchbox', { name: 'Question' })
    await field.fill('Umsatz nach Region im letzten Monat')
    await page.getByRole('button', { name: 'Ask' }).click()
    await page.locator('.answer[lang="de"]', { hasText: 'Australia' }).waitFor()
    await field.fill('why did revenue fall')
    await page.getByRole('button', { name: 'Ask' }).click()
    const other = page.locator('.answer button').first()
    await other.click()
    await page.locator('.answer .narrative').waitFor()
  })

  test('who gets what when is shown, and one is sent now', async () => {
    const { page, demo } = room
    await page.goto('/reports')
    const row = page.locator('tr', { hasText: 'monthly-sales' }).filter({ hasText: 'Anna' }).first()
    await row.getByText(/^\w{3}, 1 \w+ at 07:30 \(Europe\/Berlin\)$|07:30 \(Europe\/Berlin\)/).waitFor()
    await row.getByRole('button', { name: 'Send now: monthly-sales to Anna' }).click()
    await page.getByText('monthly-sales to Anna: sent.').waitFor()
    await page.getByText('What was sent', { exact: true }).click()
    assert.equal(await page.getByRole('link', { name: 'Open', exact: true }).count(), 1)
    const files = await readdir(join(demo.home, 'outbox', 'reports'))
    assert.equal(files.filter(name => name.endsWith('.eml')).length, 1)
  })

  test('a view that is left while it still asks for territories leaves no error behind', async () => {
    await withPage(room, {}, async page => {
      const errors: string[] = []
      page.on('pageerror', error => errors.push(error.message))
      const isAsked = (body: string | null) => body?.includes('dim_territory') ?? false
      await page.route('**/function/read-mart', async route => {
        if (!isAsked(route.request().postData())) await route.continue()
      })
      for (const view of ['/propositions', '/forecasts']) {
        const asked = page.waitForRequest(request => isAsked(request.postData()))
        await page.goto(view)
        await asked
        await page.locator('#views a[href="/sales"]').click()
        await heading(page, '/sales').waitFor()
      }
      assert.deepEqual(errors, [])
    })
  })

  test('on a telephone all of it has its place, and it passes the audit', async () => {
    await withPage(room, { viewport: PHONE }, async page => {
      await page.goto('/reports?report=client-segments&question=revenue')
      await page.locator('.sentences > li').first().waitFor()
      await page.locator('button.said').first().click()
      await page.locator('.answer .narrative').waitFor()
      const width = await page.evaluate('document.documentElement.scrollWidth')
      assert.ok(Number(width) <= PHONE.width, `${width}`)
      assert.deepEqual(await audit(page), [])
    })
  })
}
