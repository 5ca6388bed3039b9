import { date, plural } from '../data/format.js'
import { boughtInWords } from '../data/proposition-words.js'
import { hrefOf } from '../data/propositions.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeList } from '../parts/list.js'

/** @import { PropositionsAnswer } from '../data/answers.ts' */
/** @import { Part } from '../parts/dom.js' */
/** @import { ShopParts } from '../data/shop-parts.js' */
/** @typedef {NonNullable<PropositionsAnswer['client']>['bought'][number]} Bought */

const FIRST = 8

/**
 * What a client has bought, the last first.
 *
 * @param {Promise<ShopParts>} shop names territories
 * @param {string} clientId
 * @returns {Part<PropositionsAnswer>}
 */
export function boughtCard(shop, clientId) {
  const summary = html('p', { class: 'baskets' })
  const make = () => makeBought(clientId)
  const keyOf = (/** @type {Bought} */ { productId }) => productId
  const first = makeList(html('ul', { class: 'bought' }), keyOf, make)
  const others = makeList(html('ul', { class: 'bought' }), keyOf, make)
  const title = html('summary')
  const more = html('details', { hidden: true }, title, others.element)
  return {
    element: makeCard('What they bought', {}, summary, first.element, more),

    async show({ client, known }) {
      const bought = client?.bought ?? []
      first.show(bought.slice(0, FIRST))
      others.show(bought.slice(FIRST))
      more.hidden = bought.length <= FIRST
      setText(title, `${plural(bought.length - FIRST, 'other product')}`)
      if (!client || client.lastOn === null)
        return setText(summary, known ? 'Nothing yet.' : 'Nothing that is known.')
      const { territories } = await shop
      const id = client.territoryId
      const where = id === null ? '' : `, in ${territories.find(one => one.id === id)?.name ?? id}`
      setText(
        summary,
        `${plural(client.baskets, 'day')} with purchases${where}, the last on ${date(client.lastOn)}.`,
      )
    },
  }
}

/** @param {string} client @returns {Part<Bought>} */
function makeBought(client) {
  const name = html('a')
  const when = html('span', { class: 'note' })
  return {
    element: html('li', {}, name, when),
    show(bought) {
      name.href = hrefOf({ client, product: bought.productId })
      name.title = 'What goes with it'
      setText(name, bought.name ?? bought.productId)
      setText(when, boughtInWords(bought))
    },
  }
}
