import type { ObjectStore } from '../objects/index.ts'
import type { Family } from './family.ts'

export async function announceModel(
  objects: ObjectStore,
  { announcement }: Family,
  model: { version: number; role: 'champion' | 'challenger' },
): Promise<void> {
  await objects.put(announcement, Buffer.from(JSON.stringify(model)))
}
