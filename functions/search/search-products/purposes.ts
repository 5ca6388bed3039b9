import type { Source } from '../../../shared/config/index.ts'
import type { Models } from '../../../shared/models/index.ts'
import { toKey } from '../../../shared/text/index.ts'
import { embedText, type Vectors } from './vectors.ts'

/** Which products a purpose is of; null stands for any. */
type Where = {
  category: string | null
  subcategory: string | null
  model: string | null
  product: string | null
}

/** How near a query is to what some products are for, by each model, and which of its texts is the nearest. */
export type Purpose = Where & { english: number; multilingual: number; text: string }

/** What products are for (`search.purposes` of the source files), as a query asks for it. */
export type Purposes = {
  /** The nearest, in falling order of nearness. */
  find(vectors: Vectors, limit: number): Purpose[]
}

export async function readPurposes(sources: Source[], models: Models): Promise<Purposes> {
  const known: { wheres: Where[]; texts: (Vectors & { text: string })[] }[] = []
  for (const { where, for: said } of sources.flatMap(({ search }) => search?.purposes ?? [])) {
    const texts: (Vectors & { text: string })[] = []
    for (const text of said) texts.push({ text, ...(await embedText(models, text, true)) })
    known.push({ wheres: toWheres(where), texts })
  }
  return {
    find(vectors, limit) {
      const nearnessOf = ({ text, ...own }: Vectors & { text: string }) => ({
        text,
        english: dot(vectors.english, own.english),
        multilingual: dot(vectors.multilingual, own.multilingual),
      })
      return known
        .map(({ wheres, texts }) => {
          const near = texts.map(nearnessOf)
          const [nearest] = near.toSorted((a, b) => b.english + b.multilingual - a.english - a.multilingual)
          return {
            wheres,
            text: nearest?.text ?? '',
            english: Math.max(...near.map(({ english }) => english)),
            multilingual: Math.max(...near.map(({ multilingual }) => multilingual)),
          }
        })
        .toSorted((a, b) => b.english + b.multilingual - a.english - a.multilingual)
        .slice(0, limit)
        .flatMap(({ wheres, ...nearness }) => wheres.map(where => ({ ...where, ...nearness })))
    },
  }
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

function dot(a: Float32Array | undefined, b: Float32Array | undefined): number {
  let sum = 0
  if (!a || !b) return sum
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0)
  return sum
}
