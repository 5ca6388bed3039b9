import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

/** A product as judgements look at it. */
export type Judged = Record<string, string | null> & { product_id: string; list_price: string | null }

const KINDS = ['identifier', 'exact', 'typo', 'meaning', 'attribute', 'language', 'nothing'] as const
export type Kind = (typeof KINDS)[number]

const schema = z.array(
  z.strictObject({
    query: z.string(),
    kind: z.enum(KINDS),
    split: z.enum(['tune', 'test']),
    relevant: z
      .array(
        z.strictObject({
          grade: z.number().int().min(1).max(3),
          where: z.record(z.string(), z.coerce.string()),
        }),
      )
      .default([]),
  }),
)
export type Query = z.output<typeof schema>[number]

/** Judged queries over a catalogue: `adventureworks` or `online-retail`. */
export function readQueries(catalogue: string): Query[] {
  return schema.parse(parse(readFileSync(join(import.meta.dirname, `${catalogue}.yml`), 'utf8')))
}

/** How well each product answers a query: 3 is what was wanted, 0 nothing of it. The first entry that matches counts. */
export function judge({ relevant }: Query, products: Judged[]): Map<string, number> {
  const entries = relevant.map(({ grade, where }) => ({
    grade,
    fits: Object.entries(where).map(([column, condition]) => toTest(column, condition)),
  }))
  return new Map(
    products.flatMap((product): [string, number][] => {
      const entry = entries.find(({ fits }) => fits.every(fit => fit(product)))
      return entry ? [[product.product_id, entry.grade]] : []
    }),
  )
}

function toTest(column: string, condition: string): (product: Judged) => boolean {
  if (column !== 'price') {
    const pattern = new RegExp(condition, 'iu')
    return product => pattern.test(product[column] ?? '')
  }
  const limits = [...condition.matchAll(/(<=|>=|<|>)\s*([\d.]+)/g)].map(([, sign, number]) => ({
    sign,
    number: Number(number),
  }))
  return ({ list_price }) =>
    limits.every(({ sign, number }) => {
      const price = Number(list_price)
      if (sign === '<') return price < number
      if (sign === '<=') return price <= number
      return sign === '>' ? price > number : price >= number
    })
}

const DEPTH = 10
const gain = (grade: number) => 2 ** grade - 1
const discounted = (grades: number[]) =>
  grades.reduce((sum, grade, at) => sum + gain(grade) / Math.log2(at + 2), 0)

/** nDCG of the first ten (Järvelin and Kekäläinen, 2002). Where nothing fits, 1 for an empty answer. */
function ndcg(found: string[], grades: Map<string, number>): number {
  if (grades.size === 0) return found.length === 0 ? 1 : 0
  const ideal = [...grades.values()].toSorted((a, b) => b - a).slice(0, DEPTH)
  return discounted(found.slice(0, DEPTH).map(id => grades.get(id) ?? 0)) / discounted(ideal)
}

/** Whether the first result is one of the best that there are; where nothing fits, whether there is none. */
function isFirstRight(found: string[], grades: Map<string, number>): boolean {
  if (grades.size === 0) return found.length === 0
  return grades.get(found[0] ?? '') === Math.max(...grades.values())
}

type Scored = { kind: Kind; ndcg: number; isFirstRight: boolean }

/** How well each query is answered by what `find` gives for it. */
export async function scoreQueries(
  queries: Query[],
  products: Judged[],
  find: (query: string) => Promise<string[]>,
): Promise<Scored[]> {
  const scored: Scored[] = []
  for (const query of queries) {
    const grades = judge(query, products)
    const found = await find(query.query)
    scored.push({ kind: query.kind, ndcg: ndcg(found, grades), isFirstRight: isFirstRight(found, grades) })
  }
  return scored
}

/** Means by kind, and over all queries. */
export function summarize(scored: Scored[]) {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const of = (own: typeof scored) => ({
    queries: own.length,
    ndcg: mean(own.map(one => one.ndcg)),
    success: mean(own.map(one => (one.isFirstRight ? 1 : 0))),
  })
  return {
    ...Object.fromEntries(
      KINDS.map((kind): [string, ReturnType<typeof of>] => [
        kind,
        of(scored.filter(one => one.kind === kind)),
      ]).filter(([, { queries }]) => queries > 0),
    ),
    overall: of(scored),
  }
}
