import { boughtCard } from '../cards/bought.js'
import { clientsCard } from '../cards/clients.js'
import { commandsCard } from '../cards/commands.js'
import { groupsCard } from '../cards/proposition-groups.js'
import { propositionsCard } from '../cards/propositions.js'
import { propositionsChoice } from '../cards/propositions-choice.js'
import { readQuestion, toQuery } from '../data/propositions.js'
import { readShopParts } from '../data/shop-parts.js'
import { html } from '../parts/dom.js'
import { changeParams, renewedPlace } from '../parts/renewed-place.js'

/** @type {import('../views.js').View} */
export const propositions = {
  address: '/propositions',
  name: 'Propositions',
  heading: 'What to offer a client',
  open(visit) {
    const { params, signal, remember } = visit
    const shop = readShopParts(signal)
    const place = renewedPlace(visit, {
      id: 'propositions',
      label: 'What to offer',
      makeCards: part => makeCards(part, shop),
    })
    const choice = propositionsChoice(visit, shop, changed => {
      changeParams(params, changed)
      remember(params, 'push')
      choice.show()
      place.show()
      place.keepFocus()
    })
    place.show()
    return [choice.element, place.element]
  },
}

/** @param {import('../views.js').Visit} visit @param {Promise<import('../data/shop-parts.js').ShopParts>} shop */
function makeCards(visit, shop) {
  const question = readQuestion(visit.params)
  const groups = groupsCard(visit)
  const results = '/function/read-mart?mart=agg_proposition_group'
  if (!question) return [clientsCard(visit), groups, commandsCard([['How groups compare', results]])]
  const bought = question.withHistory ? boughtCard(shop, question.clientId ?? '') : undefined
  const list = propositionsCard(visit, shop, question, answer => bought?.show(answer))
  return [
    html('div', { class: bought ? 'offers beside' : 'offers' }, list, bought?.element),
    groups,
    commandsCard([
      ['This list', `/function/recommend-products?${toQuery(question)}`],
      ['How groups compare', results],
    ]),
  ]
}
