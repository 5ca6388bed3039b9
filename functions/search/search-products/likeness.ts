import pgvector from 'pgvector'
import { NotFoundError } from '../../../shared/errors/index.ts'
import type { Models } from '../../../shared/models/index.ts'
import type { Store } from '../../../shared/store/index.ts'
import type { Filters } from './query.ts'
import type { Wanted } from './rank.ts'

/**
 * What is like a product: by the vectors that the index has of it. Itself and others of its model, such as its sizes, are left
 * out.
 * @throws NotFoundError where the index does not have the product, or not its vectors yet
 */
export async function readLikeness(
  store: Store,
  { english, multilingual }: Models,
  productId: string,
): Promise<{ wanted: Wanted; others: Pick<Filters, 'otherThan'> }> {
  const [row] = await store.query<{
    system: string
    model: string | null
    english: string | null
    multilingual: string | null
  }>(
    `select p.system, p.model, e.vector::text as english, m.vector::text as multilingual from search.product p
     left join search.product_vector e on e.product_id = p.product_id and e.model = $2 and e.version = $3
     left join search.product_vector m on m.product_id = p.product_id and m.model = $4 and m.version = $5
     where p.product_id = $1 and not p.is_deleted`,
    [productId, english.name, english.version, multilingual.name, multilingual.version],
    { name: 'likeness' },
  )
  if (!row)
    throw new NotFoundError(`there is no product ${JSON.stringify(productId)}`, { field: 'similarTo' })
  if (row.english === null || row.multilingual === null)
    throw new NotFoundError(`product ${JSON.stringify(productId)} has no vectors yet`, { field: 'similarTo' })
  const vectors = { english: toVector(row.english), multilingual: toVector(row.multilingual) }
  return {
    wanted: { query: '', terms: [], vectors, purposes: [], english: 1 },
    others: { otherThan: [productId, row.system, row.model ?? ''] },
  }
}

const toVector = (text: string) => Float32Array.from(pgvector.fromSql(text) as number[])
