import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getDocumentProxy } from 'unpdf'
import { makeRandom } from '../../../../stacks/demo/random.ts'
import { makeWritten } from '../../../../tests/support/random-written.ts'
import { cleanText } from '../escape.ts'
import { toPdf } from '../index.ts'
import { listFacts, sectionsOf } from '../parts.ts'
import { WORDS } from '../words.ts'
import type { WrittenReport } from '../written.ts'
import { orderWords } from './draw-text.ts'

/** All are written; to read one takes longer. Of two that follow each other one has hostile names. */
const READ_EACH = 16
const reports = Array.from({ length: 200 }, (_, seed) => ({
  seed,
  report: makeWritten(makeRandom(seed + 1), { isHostile: seed % 2 === 1 }),
}))

type Annotation = { subtype: string; dest?: unknown; rect: number[] }
async function read(pdf: Uint8Array) {
  const document = await getDocumentProxy(new Uint8Array(pdf))
  const pages: { text: string; links: Annotation[]; lowest: number }[] = []
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number)
    const { items } = await page.getTextContent({ disableNormalization: true })
    const texts = items.flatMap(item => ('str' in item && item.str.trim() !== '' ? [item] : []))
    const annotations = (await page.getAnnotations()) as Annotation[]
    pages.push({
      text: texts.map(({ str }) => str).join(' '),
      links: annotations.filter(({ subtype }) => subtype === 'Link'),
      lowest: Math.min(...texts.map(({ transform }) => transform[5] as number)),
    })
  }
  const [destinations, metadata] = [await document.getDestinations(), await document.getMetadata()]
  await document.cleanup()
  return { pages, destinations, info: metadata.info as Record<string, string> }
}

/** Text as the font can show it and as a reader gives it back: without spaces, ligatures apart, boxes as any letter. */
const shownOf = (text: string) =>
  cleanText(text)
    .normalize('NFKD')
    .replaceAll(/[\s\p{M}\p{Cf}]+/gu, '')
const UNSHOWN =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Extended_Pictographic}\p{sc=Arab}\p{sc=Hebr}]/u

test('a PDF has all sentences in their order, a link for each number, and its place', async () => {
  for (const { seed, report } of reports) {
    const pdf = await toPdf(report)
    if (seed % READ_EACH > 1) continue
    const { pages, destinations, info } = await read(pdf)
    const { listed, sources } = listFacts(report)
    const whole = shownOf(pages.map(({ text }) => text.replace(footerOf(report), '')).join(' '))
    let at = 0
    for (const { text } of sectionsOf(report).flatMap(({ sentences }) => sentences)) {
      if (UNSHOWN.test(text)) continue
      const found = whole.indexOf(shownOf(text), at)
      assert.ok(found >= 0, `report ${seed} lacks ${text}`)
      at = found + 1
    }
    const named = new Set(Object.keys(destinations))
    assert.equal(named.size, listed.length + sources.length, `report ${seed}`)
    const links = pages.flatMap(page => page.links)
    assert.ok(links.every(({ dest }) => named.has(String(dest))))
    const numbers = sectionsOf(report).flatMap(({ sentences }) => sentences.flatMap(each => each.numbers))
    const toFacts = links.filter(({ dest }) => String(dest).startsWith('fact-'))
    assert.ok(toFacts.length >= numbers.length, `report ${seed}`)
    for (const [index, { text, lowest, links }] of pages.entries()) {
      assert.ok(text.includes(WORDS[report.language].page(index + 1, pages.length)), `report ${seed}`)
      assert.ok(lowest >= 30 && links.every(({ rect }) => rect.every(side => side >= 40 && side <= 800)))
    }
    assert.equal(info.Title, cleanText(report.title) === '' ? info.Title : cleanText(report.title))
    assert.equal(info.Language, report.language)
  }
})

const footerOf = ({ language }: WrittenReport) =>
  new RegExp(`[^.]{0,80}${WORDS[language].page(1, 1).replaceAll('1', '\\d+')}$`)

test('the same report is the same bytes', async () => {
  for (const { report } of reports.slice(0, 10)) {
    const before = await toPdf(report)
    assert.ok(Buffer.from(before).equals(await toPdf(JSON.parse(JSON.stringify(report)))))
  }
})

test('a report says what it says whatever was written before', async () => {
  // The font has one glyph for the letter of the one and for two of the other: it must not remember which was drawn.
  for (const title of ['\uFB01rst', 'first']) {
    const { pages } = await read(await toPdf({ ...makeWritten(makeRandom(5)), title }))
    assert.equal(pages[0]?.text.slice(0, title.length), title)
  }
})

test('words from right to left turn as a group, with what is between them', () => {
  const turned = (text: string) => orderWords(text.split(/( +|[.,;:!?]+(?= |$))/)).join('')
  assert.equal(turned('one שלום 150 עולם, two'), 'one עולם 150 שלום, two')
  assert.equal(turned('one two'), 'one two')
  assert.equal(turned('שלום'), 'שלום')
})

test('no heading is left alone at the end of a page, and a chart of some bars stays on one', async () => {
  const texts = Array.from({ length: 60 }, (_, index) => `Sentence ${index}`)
  const points = Array.from({ length: 12 }, (_, index) => ({
    ...{ name: `Bar ${index}`, value: String(index), text: `${index} pieces`, fact: 'none' },
  }))
  for (let count = 30; count < 60; count++) {
    const report: WrittenReport = {
      ...makeWritten(makeRandom(5), { language: 'en' }),
      charts: [{ title: 'By bar', kind: 'bars', points, svg: '' }],
      filters: {},
      sections: [texts.slice(0, count), ['Last one']].map((each, index) => ({
        name: `s${index}`,
        title: `Heading ${index}`,
        sentences: each.map(text => ({ text, by: 'template', facts: [], numbers: [] })),
      })),
    }
    const { pages } = await read(await toPdf(report))
    for (const { text } of pages) assert.doesNotMatch(text, /Heading 1(?! • Last one)/, `${count} sentences`)
    const withBars = pages.filter(({ text }) => / Bar \d/.test(text))
    assert.equal(withBars.length, 1, `${count} sentences`)
    assert.match(withBars[0]?.text ?? '', /By bar Bar 0 .* Bar 11 /)
  }
})
