import { SECONDS_KEPT } from '../data/activity.js'
import { svg } from './dom.js'

const BAR_WIDTH = 2
const HEIGHT = 18

export function makeActivity() {
  return svg('svg', { width: SECONDS_KEPT * BAR_WIDTH, height: HEIGHT, class: 'bars', 'aria-hidden': 'true' })
}

/**
 * A bar for each second; heights by the square root, so that single changes are seen beside bursts.
 *
 * @param {Element} chart
 * @param {number[]} seconds
 */
export function drawActivity(chart, seconds) {
  const top = Math.sqrt(Math.max(4, ...seconds))
  const bars = seconds.map((changes, i) => {
    const height = changes === 0 ? 1 : Math.max(3, (Math.sqrt(changes) / top) * HEIGHT)
    return svg('rect', {
      x: (SECONDS_KEPT - seconds.length + i) * BAR_WIDTH,
      y: HEIGHT - height,
      width: BAR_WIDTH - 0.5,
      height,
      class: changes === 0 ? 'idle' : 'busy',
    })
  })
  chart.replaceChildren(...bars)
}
