import type { Source } from '../config/index.ts'
import type { Capture } from './capture.ts'
import { postgres } from './postgres/index.ts'

/** By `capture:` of a source file. What Debezium follows comes by the raw topic instead (admit-changes). */
const KINDS: Record<Source['capture'], Capture | undefined> = { postgres, debezium: undefined }

/** How the connector follows a source; undefined where something else does. */
export function captureOf(source: Source): Capture | undefined {
  return KINDS[source.capture]
}
