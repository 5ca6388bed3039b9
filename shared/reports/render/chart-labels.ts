import { shorten, widthOf } from './chart-text.ts'
import type { Chart } from './written.ts'

/** A chart before it is drawn. */
export type Points = Omit<Chart, 'svg'>

/** Where a value lies between the least (0) and the most (1) of a chart, and where nothing lies. */
export type Span = { from: number; to: number; zero: number }

export function spansOf(points: Points['points']): Span[] {
  const values = points.map(({ value }) => (Number.isFinite(Number(value)) ? Number(value) : 0))
  const least = Math.min(0, ...values)
  const range = Math.max(0, ...values) - least || 1
  const at = (value: number) => (value - least) / range
  return values.map(value => ({ from: at(Math.min(value, 0)), to: at(Math.max(value, 0)), zero: at(0) }))
}

/** Whether its label stands above it. */
export const isUp = ({ from, to, zero }: Span): boolean => to > zero || from === zero

/** A text at a column. `at`: a share of the width, where it begins, ends or has its middle. */
export type Label = { index: number; text: string; at: number; anchor: 'start' | 'middle' | 'end' }
/** What labels may take. `width` and `size` in pixels or points. */
export type Room = { width: number; size: number }

/** As many names of columns as there is room for, spread evenly, at the least the first and the last. */
export function chooseNames(points: Points['points'], room: Room): Label[] {
  const names = points.map(({ name }) => name)
  const most = Math.min(names.length, 12)
  for (let count = most; count >= Math.min(most, 2); count--) {
    const indices = spread(names.length, count)
    const each = room.width / count - 8
    const isRoom = indices.every(index => widthOf(names[index] ?? '', room.size) <= each)
    if (isRoom || count <= 2)
      return indices.map(index =>
        place(index, shorten(names[index] ?? '', room.size, each), names.length, room),
      )
  }
  return []
}

const spread = (length: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) =>
    count < 2 ? 0 : Math.round((index * (length - 1)) / (count - 1)),
  )

/** All values where there is room, else the most, and the least where it lies on the other side of the line. */
export function chooseValues(points: Points['points'], room: Room): Label[] {
  const labels = points.map(({ text }, index) =>
    place(index, shorten(text, room.size, room.width / 2), points.length, room),
  )
  const each = room.width / Math.max(points.length, 1) - 6
  if (labels.every(({ text }) => widthOf(text, room.size) <= each)) return labels
  const spans = spansOf(points)
  const sizes = spans.map(({ from, to, zero }) => to - zero - (zero - from))
  const most = sizes.indexOf(Math.max(...sizes))
  const least = sizes.indexOf(Math.min(...sizes))
  const isApart = isUp(spans[most] as Span) && !isUp(spans[least] as Span)
  return labels.filter(({ index }) => index === most || (index === least && isApart))
}

/** At an edge a text begins or ends there. */
function place(index: number, text: string, count: number, { width, size }: Room): Label {
  const middle = (index + 0.5) / count
  const half = widthOf(text, size) / 2 / width
  if (middle < half) return { index, text, at: 0, anchor: 'start' }
  if (middle > 1 - half) return { index, text, at: 1, anchor: 'end' }
  return { index, text, at: middle, anchor: 'middle' }
}
