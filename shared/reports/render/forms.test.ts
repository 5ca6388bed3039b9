import assert from 'node:assert/strict'
import { test } from 'node:test'
import { marked, type Token, type Tokens } from 'marked'
import { makeRandom } from '../../../stacks/demo/random.ts'
import {
  attributeOf,
  type Element,
  findMailFaults,
  parsePage,
  textOf,
} from '../../../tests/support/mail-rules.ts'
import { HOSTILE, makeWritten } from '../../../tests/support/random-written.ts'
import { columnsOf } from './chart-text.ts'
import { cleanText } from './escape.ts'
import { toHtml, toMarkdown, toText } from './index.ts'
import type { WrittenReport } from './written.ts'

const REPORTS = 200
const reports = Array.from({ length: REPORTS }, (_, seed) => ({
  seed,
  report: makeWritten(makeRandom(seed + 1), { isHostile: seed % 2 === 1 }),
}))

const sentencesOf = ({ sections }: WrittenReport) => sections.flatMap(({ sentences }) => sentences)
const squeeze = (text: string) => text.replaceAll(/\s+/gu, '')
/** Throws where one is not behind those before it. */
function assertInOrder(whole: string, texts: string[], seed: number): void {
  const squeezed = squeeze(whole)
  let at = 0
  for (const text of texts.map(squeeze)) {
    const found = squeezed.indexOf(text, at)
    assert.ok(found >= 0, `report ${seed} lacks ${text}`)
    at = found + text.length
  }
}

/** The number of each fact that a sentence says, as the forms count: in the order in which they are said. */
function linksOf(report: WrittenReport): { text: string; value: string }[] {
  const byId = new Map(report.facts.map(fact => [fact.id, fact]))
  return sentencesOf(report).flatMap(({ numbers }) =>
    numbers.map(({ text, fact }) => ({ text: cleanText(text), value: byId.get(fact)?.value ?? '' })),
  )
}

test('HTML for browsers is well-formed, and each number of a sentence links to its fact with the exact value', () => {
  for (const { seed, report } of reports) {
    const { errors, elements, text } = parsePage(toHtml(report))
    assert.deepEqual(errors, [], `report ${seed}`)
    const names = new Set(elements.map(({ tagName }) => tagName))
    for (const banned of ['script', 'style', 'link', 'img', 'iframe', 'foreignObject'])
      assert.ok(!names.has(banned), `report ${seed} has ${banned}`)
    assert.ok(
      elements.every(({ attrs }) => attrs.every(({ name }) => !name.startsWith('on') && name !== 'class')),
    )
    const ids = elements.flatMap(element => attributeOf(element, 'id') ?? [])
    assert.equal(new Set(ids).size, ids.length)
    const links = elements.flatMap(element => attributeOf(element, 'href') ?? [])
    assert.ok(links.every(link => ids.includes(link.slice(1))))
    const leadsTo = (link = '') => elements.find(element => attributeOf(element, 'id') === link.slice(1))
    const toFacts = links.filter(link => link.startsWith('#fact-'))
    const said = linksOf(report)
    assert.equal(toFacts.length, said.length, `report ${seed}`)
    for (const [index, { value }] of said.entries()) {
      const cell = leadsTo(toFacts[index])?.parentNode as Element
      assert.ok(textOf(cell).includes(`${value} `), `report ${seed}, number ${index}`)
    }
    assertInOrder(
      text,
      sentencesOf(report).map(sentence => cleanText(sentence.text)),
      seed,
    )
  }
})

test('a mail has nothing that a mail program drops, and every number of its charts', () => {
  for (const { seed, report } of reports) {
    const html = toHtml(report, { for: 'mail' })
    assert.deepEqual(findMailFaults(html), [], `report ${seed}`)
    const { text } = parsePage(html)
    assertInOrder(
      text,
      report.charts.flatMap(({ points }) =>
        points.flatMap(({ name, text }) => [cleanText(name), cleanText(text)]),
      ),
      seed,
    )
  }
})

test('Markdown is what its parts are: no name becomes a link, a heading, a list or markup', () => {
  for (const { seed, report } of reports) {
    const tokens = marked.lexer(toMarkdown(report))
    const all: Token[] = []
    void marked.walkTokens(tokens, token => void all.push(token))
    const count = (type: string) => all.filter(token => token.type === type)
    for (const html of count('html')) assert.match(html.raw, /^(<a id="(fact|source)-\d+">|<\/a>)$/)
    for (const link of count('link')) assert.match((link as Tokens.Link).href, /^#(fact|source)-\d+$/)
    const { sections, charts } = report
    const lists = sections.filter(({ sentences }) => sentences.length > 0)
    const titled = [...lists, ...charts].filter(({ title }) => cleanText(title) !== '')
    assert.equal(count('list').length, lists.length, `report ${seed}`)
    assert.equal(count('list_item').length, sentencesOf(report).length)
    assert.equal(count('table').length, charts.filter(({ points }) => points.length > 0).length)
    assert.ok(count('heading').length - titled.length <= 3, `report ${seed}`)
    for (const type of ['blockquote', 'hr', 'image', 'del', 'codespan', 'checkbox'])
      assert.deepEqual(count(type), [], `report ${seed}`)
    const text = parsePage(marked.parser(tokens)).text
    assertInOrder(
      text,
      sentencesOf(report).map(sentence => cleanText(sentence.text)),
      seed,
    )
  }
})

test('no line of the plain text is longer than 76 columns, and every word is in it', () => {
  for (const { seed, report } of reports) {
    const text = toText(report)
    const unmarked = text.replaceAll(/\u{A0}\[\d+\]/gu, '')
    for (const line of text.split('\n')) assert.ok(columnsOf(line) <= 76, `report ${seed}: ${line}`)
    const words = sentencesOf(report).flatMap(sentence => cleanText(sentence.text).split(/\s+/))
    assertInOrder(
      unmarked,
      words.filter(word => word.length > 0).map(word => word.slice(0, 30)),
      seed,
    )
  }
})

test('the same report is the same bytes', () => {
  for (const { report } of reports.slice(0, 20)) {
    const copy = JSON.parse(JSON.stringify(report)) as WrittenReport
    for (const form of [toHtml, toMarkdown, toText]) assert.equal(form(copy), form(report))
    assert.equal(toHtml(copy, { for: 'mail' }), toHtml(report, { for: 'mail' }))
  }
})

/** Controls other than the end of a line, and what turns the direction. */
const OTHERS = /(?!\n)\p{Cc}|[\u202A-\u202E\u2066-\u2069]/u

test('no name changes the text around it', () => {
  const report = makeWritten(makeRandom(1))
  for (const name of HOSTILE) {
    const titled = { ...report, title: name }
    assert.doesNotMatch(toHtml(titled), OTHERS)
    assert.doesNotMatch(toText(titled), OTHERS)
  }
})
