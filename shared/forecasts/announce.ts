import type { ObjectStore } from '../objects/index.ts'

const ANNOUNCEMENT = 'models/forecast.json'

/** Has score-forecast follow a training, or a choice of what serves (triggers/score-forecast.yml). */
export async function announceModel(
  objects: ObjectStore,
  model: { version: number; role: 'champion' | 'challenger' },
): Promise<void> {
  await objects.put(ANNOUNCEMENT, Buffer.from(JSON.stringify(model)))
}
