import type { EmbeddingModel, Models } from '../../shared/models/index.ts'

/** Stands for the language models: all texts mean the same to them, and they keep which they were asked for. */
export function makeCountingModels(): { models: Models; embedded: string[] } {
  const embedded: string[] = []
  const make = (name: string, dimensions: number, asked: string[]): EmbeddingModel => ({
    ...{ name, version: '1', dimensions },
    async embed(texts) {
      asked.push(...texts)
      return texts.map(() => new Float32Array(dimensions).fill(1 / Math.sqrt(dimensions)))
    },
  })
  const models: Models = {
    english: make('counting', 384, embedded),
    multilingual: make('counting-multilingual', 512, []),
    close: async () => {},
  }
  return { models, embedded }
}
