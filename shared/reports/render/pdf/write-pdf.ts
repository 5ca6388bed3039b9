import PDFDocument from 'pdfkit'
import { describeFact, describeSource, footLines, headLines, sqlLines } from '../describe.ts'
import { COLOURS } from '../draw.ts'
import { cleanText } from '../escape.ts'
import { type Listed, listFacts, sectionsOf, splitSentence } from '../parts.ts'
import { WORDS } from '../words.ts'
import type { Chart, WrittenReport } from '../written.ts'
import { barsOf, columnsOf } from './charts.ts'
import { drawText } from './draw-text.ts'
import { registerFonts, withGlyphs } from './fonts.ts'
import { breakLines, measure, type Run, type Style } from './lines.ts'
import {
  type Block,
  drawArtifact,
  drawIn,
  type Element,
  MARGIN,
  type Part,
  placeBlocks,
  toParts,
  WIDTH,
} from './paper.ts'

type Doc = PDFKit.PDFDocument
/** Where blocks are drawn, and what of the structure they are part of. */
type Sheet = { doc: Doc; root: Element; report: WrittenReport }

const TITLE: Style = { font: 'bold', size: 20, colour: COLOURS.text }
const HEADING: Style = { font: 'bold', size: 13, colour: COLOURS.text }
const BODY: Style = { font: 'regular', size: 10, colour: COLOURS.text }
const QUIET: Style = { font: 'regular', size: 9, colour: COLOURS.quiet }
const LINK: Style = { font: 'regular', size: 10, colour: COLOURS.up }
const SMALL: Style = { font: 'regular', size: 8, colour: COLOURS.text }
const SMALL_BOLD: Style = { font: 'bold', size: 8, colour: COLOURS.text }
const SMALL_QUIET: Style = { font: 'regular', size: 8, colour: COLOURS.quiet }
const SMALL_LINK: Style = { font: 'regular', size: 8, colour: COLOURS.up }
const INDENT = 14
const NUMBER = 26

/** A4, tagged, with links from numbers to facts. Dates and the document's id are those of the report. */
export async function writePdf(report: WrittenReport): Promise<Uint8Array> {
  const doc = openDocument(report)
  const chunks: Uint8Array[] = []
  doc.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  const ended = new Promise<void>((resolve, reject) => {
    doc.once('end', resolve)
    doc.once('error', reject)
  })
  const root = doc.struct('Document')
  doc.addStructure(root)
  placeBlocks(doc, toBlocks({ doc, root, report }))
  root.end()
  numberPages(doc, report)
  doc.end()
  await ended
  return Buffer.concat(chunks)
}

function openDocument({ id, report, title, language, writtenAt }: WrittenReport): Doc {
  const written = new Date(writtenAt)
  const doc = new PDFDocument({
    size: 'A4',
    // Pages are broken here, not by the library.
    margin: 0,
    autoFirstPage: false,
    bufferPages: true,
    tagged: true,
    displayTitle: true,
    lang: language,
    pdfVersion: '1.7',
    // None of the fonts that a reader brings: the one that is opened first is embedded.
    font: null as never,
    info: {
      Title: cleanText(title),
      Subject: report,
      Keywords: id,
      Creator: 'Cordage',
      CreationDate: Number.isNaN(written.getTime()) ? new Date(0) : written,
    },
  })
  registerFonts(doc)
  return doc
}

function toBlocks(sheet: Sheet): Block[] {
  const { report } = sheet
  const { title, language, charts } = report
  const words = WORDS[language]
  const { numbers, listed, sources } = listFacts(report)
  return [
    paragraph(sheet, 'H1', [{ text: title, style: TITLE }], 0),
    ...headLines(report).map(line => paragraph(sheet, 'P', [{ text: line, style: QUIET }], 2)),
    ...sectionsOf(report).flatMap(section => [
      ...heading(sheet, section.title),
      ...toList(
        sheet,
        section.sentences.map(sentence => [
          ...splitSentence(sentence, numbers).map(({ text, fact }) =>
            fact === undefined ? { text, style: BODY } : { text, style: LINK, to: `fact-${fact}` },
          ),
          ...(sentence.by === 'model' ? [{ text: ` (${words.byModel})`, style: SMALL_QUIET }] : []),
        ]),
      ),
    ]),
    ...charts.flatMap(chart => [...heading(sheet, chart.title), ...toChart(sheet, chart)]),
    ...(listed.length > 0 ? heading(sheet, words.facts) : []),
    ...toTable(
      sheet,
      listed.map(each => toFactRow(each, report)),
    ),
    ...(sources.length > 0 ? heading(sheet, words.sources) : []),
    ...toTable(
      sheet,
      sources.map((source, index) => ({
        number: index + 1,
        name: `source-${index + 1}`,
        lines: [
          [{ text: describeSource(source, language), style: SMALL }],
          ...sqlLines(source.sql).map(line => [
            { text: line.replace(/^ +/, indent => '\u{A0}'.repeat(indent.length)), style: SMALL_QUIET },
          ]),
        ],
      })),
    ),
    ...footLines(report).map(line => paragraph(sheet, 'P', [{ text: line, style: SMALL_QUIET }], 8)),
  ]
}

function toChart(sheet: Sheet, chart: Chart): Block[] {
  const { doc, root, report } = sheet
  const { nothing } = WORDS[report.language]
  if (chart.points.length === 0) return [paragraph(sheet, 'P', [{ text: nothing, style: QUIET }], 0)]
  return chart.kind === 'bars' ? barsOf(doc, chart, root) : columnsOf(doc, chart, root)
}

function paragraph({ doc, root }: Sheet, tag: 'H1' | 'H2' | 'P', runs: Run[], before: number): Block {
  const element = doc.struct(tag)
  root.add(element)
  return { parts: toParts(doc, breakLines(doc, runs, WIDTH), { x: MARGIN, element, tag }), before }
}

function heading(sheet: Sheet, title: string): Block[] {
  if (cleanText(title) === '') return []
  const block = paragraph(sheet, 'H2', [{ text: title, style: HEADING }], 16)
  const [first, ...others] = block.parts
  if (!first) return []
  const marked: Part = {
    ...first,
    draw: y => {
      sheet.doc.outline.addItem(cleanText(title))
      first.draw(y)
    },
  }
  return [
    { ...block, parts: [marked, ...others], isWithNext: true },
    { parts: [{ height: 4, draw: () => {} }], before: 0, isWithNext: true },
  ]
}

function toList({ doc, root }: Sheet, items: Run[][]): Block[] {
  if (items.length === 0) return []
  const list = doc.struct('L')
  root.add(list)
  return items.map(runs => {
    const [item, body] = [doc.struct('LI'), doc.struct('LBody')]
    list.add(item)
    const [first, ...others] = toParts(doc, breakLines(doc, runs, WIDTH - INDENT), {
      ...{ x: MARGIN + INDENT, element: body, tag: 'LBody' },
    })
    const draw = (y: number) => {
      const label = doc.struct('Lbl')
      item.add(label)
      drawIn(doc, label, 'Lbl', () => drawText(doc, { text: '•', style: BODY }, MARGIN + 2, y))
      item.add(body)
      first?.draw(y)
    }
    return { parts: [{ height: first?.height ?? 0, draw }, ...others], before: 4 }
  })
}

type Row = { number: number; name: string; lines: Run[][] }

/** Rows with a number each, which links lead to. */
function toTable({ doc, root }: Sheet, rows: Row[]): Block[] {
  if (rows.length === 0) return []
  const table = doc.struct('Table')
  root.add(table)
  return rows.map(({ number, name, lines }) => {
    const [row, key, cell] = [doc.struct('TR'), doc.struct('TH', { scope: 'Row' } as never), doc.struct('TD')]
    table.add(row)
    row.add(key)
    row.add(cell)
    const [first, ...others] = toParts(
      doc,
      lines.flatMap(runs => breakLines(doc, runs, WIDTH - NUMBER)),
      { x: MARGIN + NUMBER, element: cell, tag: 'TD' },
    )
    const draw = (y: number) => {
      doc.addNamedDestination(name, 'XYZ', MARGIN, y, null as never)
      drawIn(doc, key, 'TH', () => drawText(doc, { text: String(number), style: SMALL_QUIET }, MARGIN, y))
      first?.draw(y)
    }
    return { parts: [{ height: first?.height ?? 0, draw }, ...others], before: 6 }
  })
}

function toFactRow({ fact, number, source }: Listed, { language }: WrittenReport): Row {
  const { name, when, value } = describeFact(fact, language)
  const origin = describeSource({ ...fact.source, position: null }, language)
  return {
    number,
    name: `fact-${number}`,
    lines: [
      [
        { text: name, style: SMALL_BOLD },
        { text: `: ${value}`, style: SMALL },
      ],
      [{ text: when, style: SMALL }],
      [
        { text: `${origin}, `, style: SMALL_QUIET },
        { text: WORDS[language].source(source), style: SMALL_LINK, to: `source-${source}` },
      ],
    ],
  }
}

/** Below each page, when all of them are known. */
function numberPages(doc: Doc, { title, language }: WrittenReport): void {
  const { start, count } = doc.bufferedPageRange()
  for (let page = 0; page < count; page++) {
    doc.switchToPage(start + page)
    const [y, text] = [841.89 - MARGIN, WORDS[language].page(page + 1, count)]
    const room = WIDTH - measure(doc, text, SMALL_QUIET) - 20
    const [line] = breakLines(doc, [{ text: title, style: SMALL_QUIET }], room)
    drawArtifact(doc, () => {
      for (const segment of line?.segments ?? []) drawText(doc, segment, MARGIN + segment.x, y)
      drawText(
        doc,
        { text: withGlyphs(doc, 'regular', text), style: SMALL_QUIET },
        MARGIN + WIDTH - measure(doc, text, SMALL_QUIET),
        y,
      )
    })
  }
}
