import { makeRandom } from '../../stacks/demo/random.ts'
import { readCatalogue } from '../relevance/search-catalogue.ts'

/** A product as a source would have it. */
export type GrownProduct = {
  ProductID: string
  ProductNumber: string
  Name: string
  Model: string | null
  Description: string | null
  Color: string | null
  ListPrice: string
  Subcategory: string
  Category: string
}

const COLOURS = [
  'Red',
  'Blue',
  'Black',
  'White',
  'Green',
  'Pink',
  'Silver',
  'Yellow',
  'Grey',
  'Ivory',
  'Purple',
  'Orange',
]
const SIZES = ['S', 'M', 'L', 'XL', '38', '42', '44', '48', '52', '58', '62']
const SEED = 14
/** Share of Online Retail's: as many as both catalogues have. */
const GIFTS = 0.92

/**
 * A catalogue of any size, varied from real ones and no copies: of Online Retail's names the theme of one and the thing of
 * another, of Adventure Works' the model of one, with a number of its own, and sentences of others of its kind. No name and no
 * number occurs twice.
 */
export function* growCatalogue(count: number): Generator<GrownProduct> {
  const random = makeRandom(SEED)
  const pick = <T>(values: T[]): T => values[Math.floor(random() * values.length)] as T
  const bikes = readCatalogue('adventureworks').products
  const gifts = readCatalogue('online-retail').products.map(({ name }) => (name ?? '').split(/\s+/))
  const ofKind = Map.groupBy(bikes, ({ subcategory }) => subcategory)
  const names = new Set<string>()
  const makeGift = () => {
    const [theme, thing] = [pick(gifts), pick(gifts)]
    const own = thing.slice(Math.floor(thing.length / 2))
    const colour = random() < 0.5 ? pick(COLOURS) : null
    const words = [
      ...(colour ? [colour.toUpperCase()] : []),
      ...theme.slice(0, Math.ceil(theme.length / 2)),
      ...own,
    ]
    const kind = own.at(-1) ?? ''
    return {
      Name: words.join(' '),
      Model: null,
      Description: null,
      Color: colour,
      Subcategory: kind,
      Category: `Gifts ${kind.charCodeAt(0) % 12}`,
      price: 0.5 + 20 * random() ** 3,
    }
  }
  const makeBike = () => {
    const base = pick(bikes)
    const kin = ofKind.get(base.subcategory) ?? [base]
    const sentences = Array.from({ length: 3 }, () =>
      pick((pick(kin).description ?? '').split(/(?<=[.!])\s+/)),
    )
    const model = `${base.model ?? base.name}-${Math.floor(random() * 9000) + 100}`
    const colour = base.color === null ? null : pick(COLOURS)
    return {
      Name: [model, colour, pick(SIZES)].filter(part => part).join(', '),
      Model: model,
      Description: [...new Set(sentences)].join(' ') || null,
      Color: colour,
      Subcategory: base.subcategory ?? '',
      Category: base.category ?? '',
      price: Number(base.list_price) * (0.5 + random()),
    }
  }
  for (let made = 0; made < count; ) {
    const { price, ...product } = random() < GIFTS ? makeGift() : makeBike()
    if (names.has(product.Name)) continue
    names.add(product.Name)
    const letters =
      product.Subcategory.replaceAll(/[^A-Za-z]/g, '')
        .slice(0, 2)
        .toUpperCase() || 'XX'
    yield {
      ...product,
      ProductID: String(++made),
      ProductNumber: `${letters}-${String.fromCharCode(65 + (made % 26))}${10_000 + made}`,
      ListPrice: price.toFixed(2),
    }
  }
}
