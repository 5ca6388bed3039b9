import type { Query } from '../../../shared/store/index.ts'
import { FOLDING, piecesOf, readable, readEnglish, readWords, toVector } from '../../../shared/text/index.ts'

/** Of one text: Postgres holds a megabyte of words for all of them together. */
const SEARCHED_CHARACTERS = 50_000
/** Products whose words are made at once: their texts are in memory. */
const AT_ONCE = 500
/** Of one product's words, for those who misspell them. */
const MAX_VOCABULARY = 2000

type Texts = {
  product_id: string
  sku: string | null
  name: string | null
  model: string | null
  category: string | null
  subcategory: string | null
  color: string | null
  description: string | null
  /** What product_text has of it, in every language. */
  others: string | null
}

/** Makes the words of products again: of those with an id, and of those of a model. */
export async function refreshWords(query: Query, productIds: string[], models: string[]): Promise<void> {
  const found = await query<{ product_id: string }>(
    `select product_id from search.product where (product_id = any($1) or model = any($2)) and not is_deleted`,
    [productIds, models],
  )
  const ids = found.map(row => row.product_id)
  for (let at = 0; at < ids.length; at += AT_ONCE) await writeWords(query, ids.slice(at, at + AT_ONCE))
}

async function writeWords(query: Query, productIds: string[]): Promise<void> {
  const columns = ['sku', 'name', 'model', 'category', 'subcategory', 'color', 'description']
  const rows = await query<Texts>(
    `select p.product_id, ${columns.map(name => `left(p.${name}, ${SEARCHED_CHARACTERS}) as ${name}`).join(', ')},
       (select string_agg(left(t.description, ${SEARCHED_CHARACTERS}), ' ' order by t.culture) from search.product_text t
        where t.system = p.system and t.model = p.model and not t.is_deleted) as others
     from search.product p where p.product_id = any($1)`,
    [productIds],
  )
  const made = rows.map(toWords)
  const ids = rows.map(row => row.product_id)
  // English words by their stems, all others as they are; those of a name both ways.
  await query(
    `update search.product p set folding = $6,
       words = w.plain::tsvector || setweight(to_tsvector('english', w.name), 'A')
         || setweight(to_tsvector('english', w.kind), 'B') || setweight(to_tsvector('english', w.description), 'C')
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as w (product_id, plain, name, kind, description)
     where p.product_id = w.product_id`,
    [
      ids,
      made.map(one => one.plain),
      made.map(one => one.name),
      made.map(one => one.kind),
      made.map(one => one.description),
      FOLDING,
    ],
  )
  await query(
    `insert into search.vocabulary (product_id, words, names)
     select product_id, array(select jsonb_array_elements_text(words)), names
     from unnest($1::text[], $2::jsonb[], $3::int[]) as v (product_id, words, names)
     on conflict (product_id) do update set words = excluded.words, names = excluded.names`,
    [ids, made.map(one => JSON.stringify(one.vocabulary)), made.map(one => one.names)],
  )
}

const join = (...texts: (string | null)[]) => texts.filter(text => text !== null).join(' ')

function toWords({ sku, ...texts }: Texts) {
  const [name = '', description = '', others = ''] = [texts.name, texts.description, texts.others].map(text =>
    readable(text ?? ''),
  )
  const kind = readable(join(texts.category, texts.subcategory, texts.color, texts.model))
  return {
    plain: toVector([
      [join(sku, name), 'A'],
      [kind, 'B'],
      // Its English words are there by their stems, which take half the space.
      [withoutEnglish(description), 'C'],
      [others, 'D'],
    ]),
    name: readEnglish(name),
    kind: readEnglish(kind),
    description: readEnglish(description),
    ...toVocabulary(join(name, kind), join(description, others)),
  }
}

const withoutEnglish = (text: string) =>
  text
    .split(/\s+/)
    .filter(piece => !/^[A-Za-z]+[.,;:!?]?$/.test(piece))
    .join(' ')

/** Distinct words of letters alone: first those that a product is called by, and how many these are. */
function toVocabulary(called: string, described: string): { vocabulary: string[]; names: number } {
  const words = new Set<string>()
  const add = (text: string) => {
    for (const one of piecesOf(readWords(text)))
      if (words.size < MAX_VOCABULARY && /^[\p{L}\p{M}]{2,}$/u.test(one)) words.add(one)
    return words.size
  }
  const names = add(called)
  add(described)
  return { vocabulary: [...words], names }
}
