import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attributeOf, parsePage } from '../../../tests/support/mail-rules.ts'
import { HOSTILE } from '../../../tests/support/random-written.ts'
import type { Points } from './chart-labels.ts'
import { COLOURS, drawBars, drawColumns } from './draw.ts'

const chartOf = (
  kind: Points['kind'],
  values: number[],
  name = (index: number) => `Week ${index}`,
): Points => ({
  title: 'Revenue by week',
  kind,
  points: values.map((value, index) => ({
    name: name(index),
    value: String(value),
    text: `€${value}`,
    fact: `f${index}`,
  })),
})
const DRAWS = [
  ['bars', drawBars],
  ['columns', drawColumns],
] as const
const SIZES: [name: string, values: number[]][] = [
  ['none', []],
  ['one', [5]],
  ['zeros', [0, 0]],
  ['sixty', Array.from({ length: 60 }, (_, index) => index * 1234)],
  ['some below zero', [3, -2, 0, 7, -9]],
  ['all below zero', [-3, -2]],
  ['no number', [Number.NaN, Number.POSITIVE_INFINITY, 1]],
  ['very large', [1e300, -1e300, 1]],
]

const parse = (svg: string) => {
  const { errors, elements } = parsePage(`<!doctype html><title>x</title><body>${svg}`)
  assert.deepEqual(errors, [])
  const inside = elements.slice(elements.findIndex(({ tagName }) => tagName === 'svg'))
  return { inside, all: (tag: string) => inside.filter(({ tagName }) => tagName === tag) }
}

test('a chart has attributes alone, a text alternative and what is within its place', () => {
  for (const [kind, draw] of DRAWS)
    for (const [name, values] of SIZES) {
      const chart = chartOf(kind, values)
      const { inside, all } = parse(draw(chart))
      for (const { attrs, tagName } of inside) {
        assert.ok(['svg', 'title', 'desc', 'g', 'text', 'rect', 'line'].includes(tagName), tagName)
        for (const { name: attribute, value } of attrs) {
          assert.ok(!['style', 'class', 'id'].includes(attribute), attribute)
          assert.doesNotMatch(value, /NaN|Infinity|undefined|e\+/, `${kind}, ${name}: ${attribute}`)
          if (value.endsWith('%')) assert.ok(Number.parseFloat(value) >= 0 && Number.parseFloat(value) <= 100)
          if (/^(height|y|y1|y2)$/.test(attribute)) assert.ok(Number.parseFloat(value) >= 0)
        }
      }
      const [svg] = inside
      assert.equal(svg && attributeOf(svg, 'role'), 'img')
      assert.equal(all('title').length > 0, true)
      // One of them is the ground.
      assert.equal(all('rect').length, values.length + 1)
      const height = Number(svg && attributeOf(svg, 'height'))
      for (const text of all('text')) assert.ok(Number(attributeOf(text, 'y')) < height)
    }
})

test('a value below zero lies on the other side of the baseline', () => {
  const bars = parse(drawBars(chartOf('bars', [3, -1])))
    .all('rect')
    .slice(1)
  assert.deepEqual(
    bars.map(bar => [attributeOf(bar, 'x'), attributeOf(bar, 'width')]),
    [
      ['25%', '75%'],
      ['0%', '25%'],
    ],
  )
  const [up, down] = parse(drawColumns(chartOf('columns', [3, -1])))
    .all('rect')
    .slice(1)
  const zero = Number(up && attributeOf(up, 'y')) + Number(up && attributeOf(up, 'height'))
  assert.equal(Number(down && attributeOf(down, 'y')), zero)
})

test('labels of columns do not lie on each other on a narrow screen', () => {
  for (const count of [1, 2, 3, 5, 8, 13, 26, 60])
    for (const letters of [2, 5, 10, 40]) {
      const name = (index: number) => String(index).padStart(letters, 'w')
      const { all } = parse(
        drawColumns(
          chartOf(
            'columns',
            Array.from({ length: count }, (_, i) => i),
            name,
          ),
        ),
      )
      const shown = all('text').filter(text => attributeOf(text, 'y') === lowest(all('text')))
      const ends = shown.map(text => {
        const [x, anchor] = [
          Number.parseFloat(attributeOf(text, 'x') ?? '') * 2.88,
          attributeOf(text, 'text-anchor'),
        ]
        const width = (text.childNodes[0] as { value: string }).value.length * 6.6
        const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2
        return [left, left + width] as const
      })
      for (const [index, [left]] of ends.entries())
        assert.ok(index === 0 || left >= (ends[index - 1]?.[1] ?? 0), `${count} of ${letters} letters`)
    }
})

const lowest = (texts: Parameters<typeof attributeOf>[0][]) =>
  String(Math.max(...texts.map(text => Number(attributeOf(text, 'y')))))

test('names are shortened to their room, and are whole in the text alternative', () => {
  for (const name of HOSTILE) {
    const svg = drawBars(chartOf('bars', [1], () => name))
    const { all } = parse(svg)
    const [shown] = all('text')
    assert.ok(((shown?.childNodes[0] as { value: string } | undefined)?.value ?? '').length <= 48)
  }
})

/** WCAG 2: contrast of a colour with white. */
function contrastOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
}

test('texts and bars have the contrast of WCAG AA', () => {
  for (const [name, least] of [
    ['text', 4.5],
    ['quiet', 4.5],
    ['up', 4.5],
    ['down', 3],
    ['line', 3],
  ] as const)
    assert.ok(contrastOf(COLOURS[name]) >= least, name)
})
