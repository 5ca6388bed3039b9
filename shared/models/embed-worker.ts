import { parentPort, workerData } from 'node:worker_threads'
import { AutoModel, AutoTokenizer, env } from '@huggingface/transformers'
import { describeError } from '../errors/index.ts'
import type { Request, Response } from './embed-thread.ts'
import { ENGLISH, MULTILINGUAL } from './names.ts'

/** One thread: a query is too short to share out, and the other core serves the store. */
const SESSION = { intraOpNumThreads: 1, interOpNumThreads: 1 }

type Embed = (text: string) => Promise<Float32Array>

const LOADERS: Record<string, () => Promise<Embed>> = {
  [ENGLISH]: loadEnglish,
  [MULTILINGUAL]: loadMultilingual,
}

const { folder, name } = workerData as { folder: string; name: string }
env.allowRemoteModels = false
env.localModelPath = folder
const embed = await LOADERS[name]?.()
if (!embed) throw new Error(`no model is called ${name}`)
parentPort?.on('message', (message: Request | 'close') => {
  if (message === 'close') return parentPort?.close()
  const { id, text } = message
  embed(text).then(
    vector => parentPort?.postMessage({ id, vector } satisfies Response),
    error => parentPort?.postMessage({ id, problem: describeError(error) } satisfies Response),
  )
})
parentPort?.postMessage('ready')

async function loadEnglish(): Promise<Embed> {
  const run = await load(ENGLISH)
  return async text => {
    const { data, dims } = (await run(text)).last_hidden_state
    return toUnit(mean(data, dims.at(-1) ?? 0))
  }
}

async function loadMultilingual(): Promise<Embed> {
  const run = await load(MULTILINGUAL)
  return async text => (await run(text)).sentence_embedding.data.slice()
}

type Output = Record<'last_hidden_state' | 'sentence_embedding', { data: Float32Array; dims: number[] }>

async function load(name: string): Promise<(text: string) => Promise<Output>> {
  const [tokenizer, model] = await Promise.all([
    AutoTokenizer.from_pretrained(name),
    AutoModel.from_pretrained(name, { dtype: 'q8', session_options: SESSION }),
  ])
  return text => model(tokenizer(text, { truncation: true }))
}

/** Of the vectors of a text's word pieces, one after another. */
function mean(pieces: Float32Array, dimensions: number): Float32Array {
  const sum = new Float32Array(dimensions)
  for (let at = 0; at < pieces.length; at += dimensions)
    for (let i = 0; i < dimensions; i++) sum[i] = (sum[i] ?? 0) + (pieces[at + i] ?? 0)
  return sum.map(x => (x * dimensions) / pieces.length)
}

function toUnit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return vector.map(x => x / length)
}
