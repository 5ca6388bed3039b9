import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import type { History, Line } from './history.ts'

const from = z.int().max(0).describe('Its first day: every story begins in the history')
const to = z.int().describe('Its last day, which may be after the history')
const product = z.int().positive()
const quantityFactor = z
  .number()
  .positive()
  .describe('Quantity sold, as a multiple of what it would have been')

const storySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('price_rise'),
    product,
    from,
    oldPrice: z.number().positive(),
    newPrice: z.number().positive(),
    quantityFactor,
  }),
  z.strictObject({
    kind: z.literal('promotion'),
    offer: z.int().positive().describe('Its row in SpecialOffer'),
    description: z.string(),
    subcategory: z.string(),
    from,
    to,
    discount: z.number().gt(0).lt(1),
    quantityFactor,
  }),
  z.strictObject({ kind: z.literal('stock_out'), product, from, to }),
  z.strictObject({ kind: z.literal('client_leaves'), clients: z.array(z.int().positive()).min(1), from }),
  z.strictObject({
    kind: z.literal('new_product'),
    product,
    from,
    ordersShare: z.number().gt(0).lt(1).describe('The part of all orders that it is added to'),
  }),
])

export type Story = z.output<typeof storySchema>

/** The stories of one kind. */
export type StoryOf<Kind extends Story['kind']> = Extract<Story, { kind: Kind }>

/** What is planted in the demo's shop. */
export function readStories(): Story[] {
  return z.array(storySchema).parse(parse(readFileSync(new URL('./stories.yml', import.meta.url), 'utf8')))
}

export const storiesOf = <Kind extends Story['kind']>(stories: Story[], kind: Kind) =>
  stories.filter((story): story is StoryOf<Kind> => story.kind === kind)

export const isOn = (story: Story, day: number) => day >= story.from && (!('to' in story) || day <= story.to)

/** Products that nobody can buy on this day. */
export const outOfStock = (stories: Story[], day: number) =>
  storiesOf(stories, 'stock_out')
    .filter(story => isOn(story, day))
    .map(story => story.product)

/** Lines that stories add to an order are numbered from here. */
const ADDED_LINES = 100

/**
 * The line of an order as it was with the stories.
 * @returns the line itself, or as changed; none where nothing was sold; with it what is added to the order
 */
export function retell(
  line: Line,
  { stories, products, random }: { stories: Story[]; products: History['products']; random: () => number },
): Line[] {
  let { listPrice, discount } = line
  let factor = 1
  const added: Line[] = []
  for (const story of stories) {
    if (story.kind === 'price_rise' && story.product === line.product && line.day < story.from)
      listPrice = story.oldPrice
    if (!isOn(story, line.day)) continue
    if (story.kind === 'price_rise' && story.product === line.product) factor *= story.quantityFactor
    if (story.kind === 'promotion' && story.subcategory === products.get(line.product)?.subcategory) {
      factor *= story.quantityFactor
      discount = story.discount
    }
    if (story.kind === 'stock_out' && story.product === line.product) factor = 0
    if (story.kind === 'client_leaves' && story.clients.includes(line.client)) return []
    if (story.kind === 'new_product' && line.number === 1 && random() < story.ordersShare)
      added.push({ ...line, number: ADDED_LINES + added.length, product: story.product, quantity: 1 })
  }
  const quantity = factor === 1 ? line.quantity : Math.floor(line.quantity * factor + random())
  if (quantity === 0) return added
  const isSame = quantity === line.quantity && listPrice === line.listPrice && discount === line.discount
  return [isSame ? line : { ...line, quantity, listPrice, discount }, ...added]
}
