import { followMart } from './mart.js'

/** @import { Question } from './propositions.js' */
/** @import { ShopParts } from './shop-parts.js' */

/**
 * For whom a list is, by the names that are known: of products and territories, never of clients.
 *
 * @param {Question} question
 * @param {object} about
 * @param {Promise<ShopParts>} about.shop
 * @param {AbortSignal} about.signal
 * @param {(title: string) => void} about.show
 */
export function followTitle({ clientId, productId, territory }, { shop, signal, show }) {
  const client = clientId === undefined ? '' : `, for client ${clientId}`
  if (productId !== undefined) {
    show(`Beside product ${productId}${client}`)
    followMart(
      { mart: 'dim_product', filters: { product_id: productId, is_current: true }, limit: 1 },
      {
        signal,
        show({ rows: [product] }) {
          if (product?.name) show(`Beside ${product.name}${client}`)
        },
        // The id says it as well.
        explain() {},
        missing() {},
      },
    )
  } else if (clientId !== undefined) show(`Client ${clientId}`)
  else if (territory === undefined) show('Somebody of whom nothing is known')
  else
    void shop.then(({ territories }) =>
      show(`Somebody new in ${territories.find(({ id }) => id === territory)?.name ?? territory}`),
    )
}
