import { CLIENTS, findClients } from '../data/clients.js'
import { followBuilds } from '../data/mart.js'
import { clientInWords } from '../data/proposition-words.js'
import { hrefOf } from '../data/propositions.js'
import { makeCard } from '../parts/card.js'
import { html, setText } from '../parts/dom.js'
import { makeTrouble } from '../parts/notice.js'

/** @import { Client } from '../data/clients.js' */
/** @import { Visit } from '../views.js' */

const MOST = 6

/** Clients to begin with: those who buy most, and those who bought last. @param {Visit} visit */
export function clientsCard({ signal }) {
  const said = html('p', { class: 'note', role: 'status' })
  const trouble = makeTrouble()
  const groups = html('div', { class: 'stack' })

  followBuilds(
    CLIENTS,
    own =>
      Promise.all([
        findClients({ by: 'purchases', limit: MOST }, own),
        findClients({ by: 'last', limit: MOST }, own),
      ]),
    {
      signal,
      explain: trouble.show,
      missing: () => setText(said, 'No client is known yet: the first build finds them.'),
      show([often, lately]) {
        const isEmpty = often.length === 0
        setText(said, isEmpty ? 'No client has bought anything within a year.' : '')
        groups.replaceChildren(
          ...(isEmpty ? [] : [makeGroup('Who buys most', often), makeGroup('Who bought last', lately)]),
        )
      },
    },
  )
  return makeCard('Choose a client', {}, trouble.element, said, groups)
}

/** @param {string} title @param {Client[]} clients */
const makeGroup = (title, clients) =>
  html(
    'div',
    {},
    html('h3', {}, title),
    html(
      'ul',
      { class: 'similar' },
      ...clients.map(client =>
        html(
          'li',
          {},
          html(
            'a',
            { class: 'tile', href: hrefOf({ client: client.clientId }) },
            html('span', { class: 'name' }, client.clientId),
            html('span', { class: 'note' }, clientInWords(client)),
          ),
        ),
      ),
    ),
  )
