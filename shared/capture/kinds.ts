import type { Source } from '../config/index.ts'
import type { Capture, CaptureKind } from './capture.ts'
import { debezium } from './debezium/kind.ts'
import { OWN_CAPTURE, own } from './own/kind.ts'
import { postgres } from './postgres/kind.ts'
import { sqlserver } from './sqlserver/kind.ts'

export type CaptureKinds = Record<string, CaptureKind>

/** Every kind of capture, by what a source file calls it. A new one is a folder beside these and a line here. */
export const KINDS: CaptureKinds = { postgres, sqlserver, debezium }

/** @throws TypeError for a source of another set of kinds */
export function kindOf(source: Source, kinds: CaptureKinds = KINDS): CaptureKind {
  const kind = source.capture === OWN_CAPTURE ? own : kinds[source.capture]
  if (!kind) throw new TypeError(`${source.file}: nothing captures ${source.capture}`)
  return kind
}

/** Whether the connector follows a source itself; else something else puts its changes on the bus. */
export function isFollowed(source: Source, kinds: CaptureKinds = KINDS): boolean {
  return kindOf(source, kinds).open !== undefined
}

/** How the connector follows a source; undefined where something else does. */
export async function openCapture(source: Source, kinds: CaptureKinds = KINDS): Promise<Capture | undefined> {
  return await kindOf(source, kinds).open?.()
}
