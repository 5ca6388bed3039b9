import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  AutoModel,
  AutoTokenizer,
  env,
  type FeatureExtractionPipeline,
  pipeline,
} from '@huggingface/transformers'
import { ConfigError } from '../errors/index.ts'
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
  /** Knows English well; texts are cut at 256 word pieces. */
  english: EmbeddingModel
  /** Knows ar, de, en, es, fr, it, ja, ko, nl, pl, pt, ru, th, tr and zh; texts are cut at 512 word pieces. */
  multilingual: EmbeddingModel
  close(): Promise<void>
}

/** One thread: a query is too short to share out, and the other core serves the store. */
const SESSION = { intraOpNumThreads: 1, interOpNumThreads: 1 }

/**
 * Loads the models from a folder; nothing is ever fetched. The English one is sentence-transformers/all-MiniLM-L6-v2, the
 * other the Universal Sentence Encoder multilingual v3 (build_use_multilingual.py), both int8 ONNX.
 * @throws ConfigError where one is not there
 */
export async function loadModels(
  folder: string = fileURLToPath(new URL('.', import.meta.url)),
): Promise<Models> {
  for (const name of MODEL_NAMES)
    if (!existsSync(join(folder, name, 'onnx')))
      throw new ConfigError(`the model ${name} is not in ${folder}: make setup builds it`)
  env.allowRemoteModels = false
  env.localModelPath = folder
  const [english, multilingual] = await Promise.all([loadEnglish(), loadMultilingual()])
  return {
    english: english.model,
    multilingual: multilingual.model,
    close: async () => {
      await english.close()
      await multilingual.close()
    },
  }
}

/**
 * One by one: several together are padded to the longest, which on one thread costs more than it saves, and the model holds
 * up everything else in this process for as long as it computes.
 */
const oneByOne = (embed: (text: string) => Promise<Float32Array>) => async (texts: string[]) => {
  const vectors: Float32Array[] = []
  for (const text of texts) vectors.push(await embed(text))
  return vectors
}

async function loadEnglish() {
  const extract: FeatureExtractionPipeline = await pipeline('feature-extraction', ENGLISH, {
    dtype: 'q8',
    session_options: SESSION,
  })
  const embed = oneByOne(async text => {
    const tensor = await extract(text, { pooling: 'mean', normalize: true })
    return (tensor.data as Float32Array).slice()
  })
  return {
    model: { name: ENGLISH, version: 'q8', dimensions: 384, embed },
    close: async () => void (await extract.dispose()),
  }
}

async function loadMultilingual() {
  const [tokenizer, model] = await Promise.all([
    AutoTokenizer.from_pretrained(MULTILINGUAL),
    AutoModel.from_pretrained(MULTILINGUAL, { dtype: 'q8', session_options: SESSION }),
  ])
  const embed = oneByOne(async text => {
    const output = await model(tokenizer(text, { truncation: true }))
    return (output.sentence_embedding.data as Float32Array).slice()
  })
  return {
    model: { name: MULTILINGUAL, version: 'q8', dimensions: 512, embed },
    close: async () => void (await model.dispose()),
  }
}
