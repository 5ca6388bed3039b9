import { html } from './dom.js'

/** @import { ShopParts } from '../data/shop-parts.js' */

/**
 * A choice between all territories and one of them; there is none where no territory is known.
 *
 * @param {(territory: string) => void} change told its id, and an empty text for all
 */
export function makeTerritorySelect(change) {
  const select = html('select', {
    onchange() {
      change(select.value)
    },
  })
  const element = html('label', { class: 'field', hidden: true }, html('span', {}, 'Territory'), select)
  return {
    element,

    /** @param {{ parts: ShopParts, chosen: string }} shown */
    show({ parts: { territories }, chosen }) {
      // What an address names may not be known.
      const isKnown = chosen === '' || territories.some(({ id }) => id === chosen)
      const all = isKnown ? territories : [{ id: chosen, name: chosen }, ...territories]
      select.replaceChildren(
        html('option', { value: '' }, 'All territories'),
        ...all.map(({ id, name }) => html('option', { value: id }, name)),
      )
      select.value = chosen
      element.hidden = all.length === 0
    },
  }
}
