import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../errors/index.ts'
import { type EmbedThread, startEmbedThread } from './embed-thread.ts'
import { ENGLISH, MODEL_NAMES, MULTILINGUAL } from './names.ts'

/** A model that makes vectors of texts. Vectors of different models, or versions, must not be compared. */
export type EmbeddingModel = {
  name: string
  version: string
  /** The vectors' length. */
  dimensions: number
  /** Unit vectors, one for each text. */
  embed(texts: string[]): Promise<Float32Array[]>
}

export type Models = {
  /** Knows English well; texts are cut at 512 word pieces. */
  english: EmbeddingModel
  /** Knows ar, de, en, es, fr, it, ja, ko, nl, pl, pt, ru, th, tr and zh; texts are cut at 512 word pieces. */
  multilingual: EmbeddingModel
  close(): Promise<void>
}

/**
 * Loads the models from a folder, each in a thread of its own; nothing is ever fetched. The English one is
 * sentence-transformers/all-MiniLM-L6-v2, the other the Universal Sentence Encoder multilingual v3
 * (build_use_multilingual.py), both int8 ONNX.
 * @throws ConfigError where one is not there
 */
export async function loadModels(
  folder: string = fileURLToPath(new URL('.', import.meta.url)),
): Promise<Models> {
  for (const name of MODEL_NAMES)
    if (!existsSync(join(folder, name, 'onnx')))
      throw new ConfigError(`the model ${name} is not in ${folder}: make setup builds it`)
  const [english, second, multilingual] = await Promise.all([
    startEmbedThread(folder, ENGLISH),
    startEmbedThread(folder, ENGLISH),
    startEmbedThread(folder, MULTILINGUAL),
  ])
  return {
    english: { name: ENGLISH, version: 'q8', dimensions: 384, embed: oneByOne([english, second]) },
    multilingual: { name: MULTILINGUAL, version: 'q8', dimensions: 512, embed: oneByOne([multilingual]) },
    close: async () => void (await Promise.all([english.close(), second.close(), multilingual.close()])),
  }
}

/**
 * One by one: several together are padded to the longest and quantized by one range, so that a text's vector would depend on
 * the others. Whoever asks meanwhile waits for one text, not for all of them.
 */
const oneByOne = (threads: EmbedThread[]) => async (texts: string[]) => {
  const vectors: Float32Array[] = []
  let next = 0
  const embed = async (thread: EmbedThread) => {
    for (let at = next++; at < texts.length; at = next++) vectors[at] = await thread.embed(texts[at] ?? '')
  }
  await Promise.all(threads.map(embed))
  return vectors
}
