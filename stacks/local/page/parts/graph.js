import { timeOfDay } from '../data/format.js'
import { html, svg } from './dom.js'

/** @import { Box, Drawing } from '../data/lineage.js' */

const BOX = { width: 176, height: 62 }
const GAP = { across: 56, down: 14 }

/**
 * Boxes in layers, and arrows between them: what feeds something is left of it.
 *
 * @param {Drawing} drawing
 * @param {string} centre the box that everything is about
 * @param {(box: Box) => string | undefined} hrefOf where a click on a box leads
 */
export function drawGraph({ boxes, arrows, layers, rows }, centre, hrefOf) {
  const width = layers * (BOX.width + GAP.across) - GAP.across
  const height = rows * (BOX.height + GAP.down) - GAP.down
  const tallest = rows * (BOX.height + GAP.down)
  const perLayer = Map.groupBy(boxes, ({ layer }) => layer)
  /** Layers are centred beside each other. @param {Box} box */
  const placeOf = ({ layer, row }) => ({
    x: layer * (BOX.width + GAP.across),
    y:
      (tallest - (perLayer.get(layer)?.length ?? 0) * (BOX.height + GAP.down)) / 2 +
      row * (BOX.height + GAP.down),
  })
  const byId = new Map(boxes.map(box => [box.id, box]))
  const lines = arrows.map(({ from, to, job }) => {
    const [start, end] = [byId.get(from), byId.get(to)].map(box => (box ? placeOf(box) : { x: 0, y: 0 }))
    if (!start || !end) return undefined
    const [x1, y1, x2, y2] = [
      start.x + BOX.width,
      start.y + BOX.height / 2,
      end.x - 5,
      end.y + BOX.height / 2,
    ]
    const bend = Math.max(24, (x2 - x1) / 2)
    return svg(
      'path',
      { d: `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`, 'marker-end': 'url(#arrow)' },
      svg('title', {}, job),
    )
  })
  const picture = svg(
    'svg',
    { width, height, 'aria-hidden': 'true' },
    svg(
      'marker',
      { id: 'arrow', viewBox: '0 0 6 6', refX: 1, refY: 3, markerWidth: 6, markerHeight: 6, orient: 'auto' },
      svg('path', { d: 'M0,0 L6,3 L0,6 z' }),
    ),
    ...lines,
  )
  const place = html(
    'div',
    { class: 'graph-place' },
    picture,
    ...boxes.map(box => drawBox(box, placeOf(box))),
  )
  place.style.width = `${width}px`
  place.style.height = `${height}px`
  const element = html('div', { class: 'graph', tabindex: 0 }, place)
  const own = byId.get(centre)
  // Once it is in the page: before that it cannot scroll.
  if (own)
    requestAnimationFrame(
      () => (element.scrollLeft = placeOf(own).x - element.clientWidth / 2 + BOX.width / 2),
    )
  return element

  /** @param {Box} box @param {{ x: number, y: number }} at */
  function drawBox(box, { x, y }) {
    const href = hrefOf(box)
    const facts = [
      box.columns.join(', '),
      box.version === null ? '' : `version ${box.version}`,
      box.hasFailed ? 'failed' : box.at === null ? '' : timeOfDay(box.at),
    ].filter(Boolean)
    const drawn = html(
      href === undefined ? 'span' : 'a',
      {
        ...(href !== undefined && { href }),
        class: `box${box.id === centre ? ' centre' : ''}${box.hasFailed ? ' failed' : ''}`,
        title: [box.name, ...box.columns].join('\n'),
      },
      html('span', { class: 'kind' }, [box.kind, box.system].filter(Boolean).join(' · ')),
      html('span', { class: 'what' }, box.name),
      html('span', { class: 'why' }, facts.join(' · ') || '–'),
    )
    drawn.style.left = `${x}px`
    drawn.style.top = `${y}px`
    drawn.style.width = `${BOX.width}px`
    drawn.style.height = `${BOX.height}px`
    return drawn
  }
}
