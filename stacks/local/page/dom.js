/** Elements are made from text, never from HTML: what comes from a database cannot become markup. */

const SVG = 'http://www.w3.org/2000/svg'

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children.filter(child => child !== undefined && child !== null && child !== ''))
  return element
}

export function html(tag, attributes = {}, ...children) {
  return build(document.createElement(tag), attributes, children)
}

export function svg(tag, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, tag), attributes, children)
}

export function byId(id) {
  return document.getElementById(id)
}

/** Sets a text only where it differs, so that nothing is drawn or read out again for nothing. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/**
 * Makes a list show `items`, keeping the element of each key: focus and animations survive an update.
 * @param make makes the element of a new item; `update` brings any element up to date
 */
export function showList(parent, items, keyOf, make, update) {
  const old = new Map([...parent.children].map(child => [child.dataset.key, child]))
  let place = parent.firstElementChild
  for (const item of items) {
    const key = String(keyOf(item))
    let element = old.get(key)
    const isNew = element === undefined
    if (isNew) {
      element = make(item)
      element.dataset.key = key
    }
    old.delete(key)
    if (element === place) place = place.nextElementSibling
    else parent.insertBefore(element, place)
    update?.(element, item, isNew)
  }
  for (const element of parent.querySelectorAll(':scope > *'))
    if (element.dataset.key === undefined || old.has(element.dataset.key)) element.remove()
}
