import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { ConfigError } from '../../shared/errors/index.ts'
import { runBacktest } from './run.ts'

const measures = z.looseObject({
  'recall@20': z.number().nullable(),
  'NDCG@20': z.number().nullable(),
  'hit@20': z.number().nullable(),
  coverage: z.number(),
  popularityBias: z.number().nullable(),
  seconds: z.number(),
})
const report = z.looseObject({
  clients: z.number(),
  products: z.number(),
  testClients: z.number(),
  models: z.record(z.string(), measures),
})

/** Lists of earlier days (docs/propositions.md). */
export async function backtestPropositions(args: string[], usage: string): Promise<void> {
  const request = readRequest(args, usage)
  const found = await runBacktest('list_propositions.py', request, report, ({ done, total, model }) => {
    if (model !== undefined) process.stdout.write(`${model} (${Number(done) + 1} of ${total})\n`)
  })
  print(found, request.out)
}

function readRequest(args: string[], usage: string) {
  const { values } = parseArgs({
    args,
    options: {
      interactions: { type: 'string' },
      products: { type: 'string' },
      split: { type: 'string' },
      models: { type: 'string' },
      out: { type: 'string' },
    },
  })
  const { interactions, products, split, models, out } = values
  if (!interactions || !split || !out) throw new ConfigError(usage)
  return {
    interactions: resolve(interactions),
    products: products === undefined ? null : resolve(products),
    split,
    models: models?.split(',').map(name => name.trim()) ?? null,
    out: resolve(out),
  }
}

function print({ models, clients, products, testClients }: z.infer<typeof report>, out: string): void {
  const figure = (value: number | null) => (value === null ? '–' : value.toFixed(4)).padStart(11)
  process.stdout.write(
    `${'model'.padEnd(18)}  recall@20    NDCG@20     hit@20   coverage  pop. bias    seconds\n`,
  )
  for (const [name, found] of Object.entries(models)) {
    const { coverage, popularityBias, seconds } = found
    const all = [found['recall@20'], found['NDCG@20'], found['hit@20'], coverage, popularityBias, seconds]
    process.stdout.write(`${name.padEnd(18)}${all.map(figure).join('')}\n`)
  }
  process.stdout.write(
    `${clients} clients, of whom ${testClients} bought something next, and ${products} products; lists.parquet and report.json are in ${out}\n`,
  )
}
