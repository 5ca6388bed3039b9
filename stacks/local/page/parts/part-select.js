import { fromValue, toValue } from '../data/forecasts.js'
import { html } from './dom.js'
import { makeField } from './field.js'

/** @import { Scope } from '../data/forecasts.js' */
/** @import { ShopParts } from '../data/shop-parts.js' */

/**
 * A choice between all products, the categories and the kinds.
 *
 * @param {string} label
 * @param {string} all what all of them are called
 * @param {(scope: Scope) => void} change
 */
export function makePartSelect(label, all, change) {
  const select = html('select', {
    onchange: () => {
      if (select.value !== 'product') change(fromValue(select.value))
    },
  })
  return {
    element: makeField(label, select),

    /** @param {{ parts: ShopParts, scope: Scope }} shown */
    show({ parts: { categories, subcategories }, scope }) {
      const isProduct = scope.productId !== undefined
      const value = isProduct ? 'product' : toValue(scope)
      const one = html('option', { value: 'product' }, 'One product')
      select.replaceChildren(
        ...(isProduct ? [one] : []),
        html('option', { value: '' }, all),
        ...group('Categories', 'category', withOwn(categories, scope.category)),
        ...group('Kinds', 'subcategory', withOwn(subcategories, scope.subcategory)),
      )
      select.value = value
    },
  }
}

/** What an address names may not be known. @param {string[]} names @param {string | undefined} own */
function withOwn(names, own) {
  const known = names.some(name => name === own)
  return own === undefined || known ? names : [own, ...names]
}

/** @param {string} label @param {'category' | 'subcategory'} kind @param {string[]} names */
function group(label, kind, names) {
  if (names.length === 0) return []
  const options = names.map(name => html('option', { value: toValue({ [kind]: name }) }, name))
  return [html('optgroup', { label }, ...options)]
}
