/** How one attempt to hand over a message went. A problem names no address and no URL. */
export type Outcome =
  | { is: 'sent' }
  /** For good: whoever should get it is not there, or does not take it. */
  | { is: 'refused'; problem: string }
  /** Another time it may go. If `isDoubtful`, it may have arrived all the same. */
  | { is: 'later'; problem: string; isDoubtful: boolean; retryAfterMs?: number }

const MAX_PROBLEM = 300

/** One line of bounded length without anybody's address: servers quote it in what they refuse. */
export function describeProblem(text: string, hidden: string[] = []): string {
  let shown = text
  for (const secret of hidden.filter(Boolean))
    shown = shown.replaceAll(new RegExp(RegExp.escape(secret), 'gi'), '…')
  return oneLine(shown.replaceAll(/[^\s<>"'(),:;]+@[^\s<>"'(),:;]+/g, '…')).slice(0, MAX_PROBLEM)
}

/** A text without line ends and other control characters, as headers and titles need it. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}
