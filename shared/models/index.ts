import { fileURLToPath } from 'node:url'
import { env, type FeatureExtractionPipeline, pipeline } from '@huggingface/transformers'

/** The vectors' length. */
export const DIMENSIONS = 384

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
  return {
    embedding: { name: NAME, version: 'q8' },
    async embed(texts) {
      const vectors: Float32Array[] = []
      // One by one: several together are padded to the longest, which on one thread costs more than it saves, and the
      // model holds up everything else in this process for as long as it computes.
      for (const text of texts) {
        const tensor = await extract(text, { pooling: 'mean', normalize: true })
        vectors.push((tensor.data as Float32Array).slice())
      }
      return vectors
    },
    close: async () => {
      await extract.dispose()
    },
  }
}
