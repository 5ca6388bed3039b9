import type { Source } from '../../../shared/config/index.ts'
import type { Models } from '../../../shared/models/index.ts'
import { toKey } from '../../../shared/text/index.ts'

/** Vectors of a text, by model. */
export type Vectors = { english: Float32Array; multilingual: Float32Array }

/** Which products a purpose is of; null stands for any. */
type Where = {
  category: string | null
  subcategory: string | null
  model: string | null
  product: string | null
}

/** How near a query is to what some products are for, by each model. */
export type Purpose = Where & { english: number; multilingual: number }

/** What products are for (`search.purposes` of the source files), as a query asks for it. */
export type Purposes = {
  /** The nearest, in falling order of nearness. */
  find(vectors: Vectors, limit: number): Purpose[]
}

export async function readPurposes(sources: Source[], models: Models): Promise<Purposes> {
  const known: { where: Where; texts: Vectors[] }[] = []
  for (const { where, for: said } of sources.flatMap(({ search }) => search?.purposes ?? [])) {
    const texts: Vectors[] = []
    for (const text of said) texts.push(await embedText(models, text))
    for (const one of toWheres(where)) known.push({ where: one, texts })
  }
  return {
    find(vectors, limit) {
      const nearest = (kind: keyof Vectors, texts: Vectors[]) =>
        Math.max(...texts.map(text => dot(vectors[kind], text[kind])))
      return known
        .map(({ where, texts }) => ({
          ...where,
          english: nearest('english', texts),
          multilingual: nearest('multilingual', texts),
        }))
        .toSorted((a, b) => b.english + b.multilingual - a.english - a.multilingual)
        .slice(0, limit)
    },
  }
}

export async function embedText({ english, multilingual }: Models, text: string): Promise<Vectors> {
  const [[first], [second]] = await Promise.all([english.embed([text]), multilingual.embed([text])])
  if (!first || !second) throw new Error('a model made no vector')
  return { english: first, multilingual: second }
}

type Given = NonNullable<Source['search']>['purposes'][number]['where']

/** A key with several values is several conditions. */
function toWheres({ category, subcategory, model, productId }: Given): Where[] {
  const each = (values: string | string[] | undefined, toStored: (value: string) => string) =>
    values === undefined ? [null] : [values].flat().map(toStored)
  return each(category, toKey).flatMap(category =>
    each(subcategory, toKey).flatMap(subcategory =>
      each(model, value => value).flatMap(model =>
        each(productId, value => value).map(product => ({ category, subcategory, model, product })),
      ),
    ),
  )
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0)
  return sum
}
