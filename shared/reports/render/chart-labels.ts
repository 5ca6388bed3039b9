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

/** Names of columns at even distances from the last, as many as there is room for; at the least the last and, shortened, the first. */
export function chooseNames(points: Points['points'], room: Room): Label[] {
  const count = points.length
  for (let step = 1; step <= count; step++) {
    const isLast = step >= count - 1
    const labels = points.flatMap(({ name }, index) => {
      if ((count - 1 - index) % step !== 0) return []
      const text = shorten(name, room.size, isLast ? room.width / 2 - GAP : room.width)
      return [place(index, text, count, room)]
    })
    if (
      isLast ||
      labels.every((label, index) => index === 0 || isApart(labels[index - 1] as Label, label, room))
    )
      return labels
  }
  return []
}

const GAP = 6

function isApart(before: Label, after: Label, { width, size }: Room): boolean {
  const leftOf = ({ text, at, anchor }: Label) =>
    at * width - widthOf(text, size) * (anchor === 'start' ? 0 : anchor === 'end' ? 1 : 0.5)
  return leftOf(before) + widthOf(before.text, size) + GAP <= leftOf(after)
}

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
  const isOpposite = isUp(spans[most] as Span) && !isUp(spans[least] as Span)
  return labels.filter(({ index }) => index === most || (index === least && isOpposite))
}

/** At an edge a text begins or ends there. */
function place(index: number, text: string, count: number, { width, size }: Room): Label {
  const middle = (index + 0.5) / count
  const half = widthOf(text, size) / 2 / width
  if (middle < half) return { index, text, at: 0, anchor: 'start' }
  if (middle > 1 - half) return { index, text, at: 1, anchor: 'end' }
  return { index, text, at: middle, anchor: 'middle' }
}
