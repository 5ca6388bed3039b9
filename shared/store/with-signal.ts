import type { Store } from './types.ts'

/** A store whose statements end with a call: each is cancelled when the call's signal aborts. */
export function withSignal(store: Store, signal: AbortSignal): Store {
  return {
    ...store,
    query: (text, values, options) => store.query(text, values, { ...options, signal }),
    transaction: (work, options) => store.transaction(work, { ...options, signal }),
  }
}
