import { DIMENSIONS, type Models } from '../../shared/models/index.ts'

/** Stands for the language model: all texts mean the same to it, and it keeps which it was asked for. */
export function makeCountingModels(): { models: Models; embedded: string[] } {
  const embedded: string[] = []
  const models: Models = {
    embedding: { name: 'counting', version: '1' },
    async embed(texts) {
      embedded.push(...texts)
      return texts.map(() => new Float32Array(DIMENSIONS).fill(1 / Math.sqrt(DIMENSIONS)))
    },
    close: async () => {},
  }
  return { models, embedded }
}
