/** @import { Part } from './dom.js' */

/**
 * A list that keeps the element of each item: focus and animations survive an update.
 *
 * @template Item
 * @param {HTMLElement} element what holds the items
 * @param {(item: Item) => string} keyOf
 * @param {(item: Item) => Part<Item>} make
 * @param {HTMLElement} [empty] what is there instead of items
 * @returns {Part<Item[]>}
 */
export function makeList(element, keyOf, make, empty) {
  /** @type {Map<string, Part<Item>>} */
  const shown = new Map()
  if (empty) element.append(empty)
  return {
    element,
    show(items) {
      const old = new Map(shown)
      if (items.length > 0) empty?.remove()
      let place = element.firstElementChild
      for (const item of items) {
        const key = keyOf(item)
        const part = shown.get(key) ?? make(item)
        shown.set(key, part)
        old.delete(key)
        if (part.element === place) place = place.nextElementSibling
        else element.insertBefore(part.element, place)
        part.show(item)
      }
      for (const [key, part] of old) {
        part.element.remove()
        shown.delete(key)
      }
      if (items.length === 0 && empty) element.append(empty)
    },
  }
}
