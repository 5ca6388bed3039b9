/** Elements are made from text, never from HTML: what comes from a database cannot become markup. */

/**
 * A part of the page: made once, and shown each new value.
 *
 * @template Value
 * @typedef {{ element: HTMLElement, show(value: Value): void }} Part
 */
/** @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => unknown)>} Attributes */
/** @typedef {Node | string | null | undefined | false} Child */

const SVG = 'http://www.w3.org/2000/svg'

/**
 * @template {Element} Made
 * @param {Made} element
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const child of children) if (child) element.append(child)
  return element
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes] those whose value is a function are listeners, such as `onclick`
 * @param {...Child} children
 */
export function html(tag, attributes = {}, ...children) {
  return build(document.createElement(tag), attributes, children)
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 */
export function svg(tag, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, tag), attributes, children)
}

/**
 * Sets a text only where it differs, so that nothing is drawn or read out again for nothing.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/**
 * A text with parts of it marked.
 *
 * @param {string} text
 * @param {[from: number, to: number][]} ranges
 * @returns {(Node | string)[]}
 */
export function markRanges(text, ranges) {
  const parts = []
  let at = 0
  for (const [from, to] of ranges) {
    if (from < at || to <= from || to > text.length) continue
    parts.push(text.slice(at, from), html('mark', {}, text.slice(from, to)))
    at = to
  }
  return [...parts, text.slice(at)].filter(part => part !== '')
}
