import { fileURLToPath } from 'node:url'
import { env, type FeatureExtractionPipeline, pipeline } from '@huggingface/transformers'

/** The vectors' length. */
export const DIMENSIONS = 384

/** Texts embedded together: all are padded to the longest, and memory grows with the batch. */
const BATCH_SIZE = 8

export type Models = {
  /** Which model made a vector; vectors of different models must not be compared. */
  embedding: { name: string; version: string }
  /** Unit vectors of `DIMENSIONS` numbers, one for each text. English; cut at 256 word pieces. */
  embed(texts: string[]): Promise<Float32Array[]>
  close(): Promise<void>
}

const NAME = 'all-MiniLM-L6-v2'

/**
 * Loads sentence-transformers/all-MiniLM-L6-v2 (int8 ONNX) from a folder; nothing is ever fetched.
 * @param folder the folder that holds the model's own
 */
export async function loadModels(
  folder: string = fileURLToPath(new URL('.', import.meta.url)),
): Promise<Models> {
  env.allowRemoteModels = false
  env.localModelPath = folder
  // One thread: a query is too short to share out, and the other core serves the store.
  const session_options = { intraOpNumThreads: 1, interOpNumThreads: 1 }
  const extract: FeatureExtractionPipeline = await pipeline('feature-extraction', NAME, {
    dtype: 'q8',
    session_options,
  })
  const embedBatch = async (texts: string[]): Promise<Float32Array[]> => {
    const tensor = await extract(texts, { pooling: 'mean', normalize: true })
    const data = tensor.data as Float32Array
    return texts.map((_, i) => data.slice(i * DIMENSIONS, (i + 1) * DIMENSIONS))
  }
  return {
    embedding: { name: NAME, version: 'q8' },
    async embed(texts) {
      const vectors: Float32Array[] = []
      for (let at = 0; at < texts.length; at += BATCH_SIZE)
        vectors.push(...(await embedBatch(texts.slice(at, at + BATCH_SIZE))))
      return vectors
    },
    close: async () => {
      await extract.dispose()
    },
  }
}
