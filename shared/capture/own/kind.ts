import type { CaptureKind } from '../capture.ts'

/** The system of what Cordage's own functions record. */
export const OWN_SYSTEM = 'cordage'
/** No source file of a user may say so: nothing would write its rows. */
export const OWN_CAPTURE = 'own'

export const own: CaptureKind = {
  summary: "from the store, where Cordage's own functions record them",
  keys: { source: {}, table: {} },
  open: async () => (await import('./capture.ts')).ownCapture,
}

/** Whether it is Cordage's own system: it has no connection, and nobody's marts wait for it. */
export function isOwn({ capture }: { capture: string }): boolean {
  return capture === OWN_CAPTURE
}
