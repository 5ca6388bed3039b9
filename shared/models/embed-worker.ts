import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { Tokenizer } from '@huggingface/tokenizers'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describeError } from '../errors/index.ts'
import type { Request, Response } from './embed-thread.ts'

/** One thread: a query is too short to share out, and the other core serves the store. */
const SESSION = { intraOpNumThreads: 1, interOpNumThreads: 1 }

const { folder, name } = workerData as { folder: string; name: string }
const embed = await load(join(folder, name))
parentPort?.on('message', (message: Request | 'close') => {
  if (message === 'close') return parentPort?.close()
  const { id, text } = message
  embed(text).then(
    vector => parentPort?.postMessage({ id, vector } satisfies Response),
    error => parentPort?.postMessage({ id, problem: describeError(error) } satisfies Response),
  )
})
parentPort?.postMessage('ready')

/** A model as Hugging Face's libraries keep it: its tokenizer, and its graph as ONNX. */
async function load(folder: string): Promise<(text: string) => Promise<Float32Array>> {
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'))
  const config = read('tokenizer_config.json') as { model_max_length: number }
  const tokenizer = new Tokenizer(read('tokenizer.json'), config)
  const session = await InferenceSession.create(join(folder, 'onnx', 'model_quantized.onnx'), SESSION)
  return async text => {
    const ids = tokenizer.encode(text).ids.slice(0, config.model_max_length)
    const inputs = { input_ids: ids, attention_mask: ids.map(() => 1), token_type_ids: ids.map(() => 0) }
    const used = Object.entries(inputs).filter(([input]) => session.inputNames.includes(input))
    const outputs = await session.run(
      Object.fromEntries(used.map(([input, values]) => [input, toTensor(values)])),
    )
    const { sentence_embedding: ready, last_hidden_state: pieces } = outputs
    if (ready) return (ready.data as Float32Array).slice()
    if (pieces) return toUnit(mean(pieces.data as Float32Array, pieces.dims.at(-1) ?? 0))
    throw new Error(`the model in ${folder} has neither sentence_embedding nor last_hidden_state`)
  }
}

const toTensor = (values: number[]) =>
  new Tensor('int64', BigInt64Array.from(values.map(BigInt)), [1, values.length])

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
