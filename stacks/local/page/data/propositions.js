/** What is to be offered, as an address asks for it, and the calls that follow it. */
import { ask, NoAnswer } from './ask.js'
import { fromValue } from './forecasts.js'
import { watchStatus } from './status.js'

/** @import { PropositionsAnswer, Status } from './answers.ts' */
/** For whom: a client, whoever looks at a product, or somebody of whom nothing is known. @typedef {'client' | 'product' | 'nobody'} Mode */
/** What is asked of recommend-products. @typedef {{ clientId?: string, productId?: string, territory?: string, withHistory?: boolean, filters: { category?: string, subcategory?: string }, limit: number }} Question */

const PLACES = 10
/** A list that is shown is asked for again this often: what the client buys elsewhere changes it. */
const REFRESH_MS = 1500
/** A refusal is asked for again this often, should nobody say that something has changed. */
const REFUSED_MS = 15_000
/** After feedback a list is asked for this often, for so long. */
const LOOK_EVERY_MS = 100
const LOOK_FOR_MS = 3000

/** @param {URLSearchParams} params @returns {Mode} */
export function readMode(params) {
  if (params.get('product') || params.get('for') === 'product') return 'product'
  return params.get('for') === 'nobody' ? 'nobody' : 'client'
}

/** @param {URLSearchParams} params @returns {Question | undefined} undefined where nothing is chosen yet */
export function readQuestion(params) {
  const { category, subcategory } = fromValue(params.get('only') ?? '')
  const common = {
    filters: { ...(category && { category }), ...(subcategory && { subcategory }) },
    limit: PLACES,
  }
  const clientId = params.get('client')
  const productId = params.get('product')
  const territory = params.get('territory')
  const mode = readMode(params)
  if (mode === 'nobody') return { ...(territory && { territory }), ...common }
  if (mode === 'product')
    return productId ? { productId, ...(clientId && { clientId }), ...common } : undefined
  return clientId ? { clientId, withHistory: true, ...common } : undefined
}

/** The same question as the query of an address. @param {Question} question */
export function toQuery({ filters, ...question }) {
  const flat = {
    ...question,
    ...Object.fromEntries(Object.entries(filters).map(([name, value]) => [`filters.${name}`, value])),
  }
  return new URLSearchParams(Object.entries(flat).map(([name, value]) => [name, String(value)]))
}

/**
 * Asks for a list now, every two seconds, and after feedback. It is one list however often it is asked for: only the first time is
 * recorded as shown. What is refused is asked again at once when propositions have been scored.
 *
 * @param {Question} question
 * @param {object} hooks
 * @param {AbortSignal} hooks.signal ends it
 * @param {(answer: PropositionsAnswer) => void} hooks.show
 * @param {(error: unknown) => void} hooks.explain gets the failure, and undefined once an answer has come
 */
export function followPropositions(question, { signal, show, explain }) {
  /** @type {PropositionsAnswer | undefined} */
  let shown
  /** @type {Promise<void> | undefined} */
  let reading
  let readAt = 0
  let scored = ''
  /** Of what scoring a refusal was. @type {string | undefined} */
  let refused

  /** One at a time: whoever asks meanwhile gets the answer that is under way. */
  const read = () =>
    (reading ??= readOnce().finally(() => {
      reading = undefined
    }))
  async function readOnce() {
    readAt = Date.now()
    try {
      const repeated = shown && { propositionsId: shown.propositionsId }
      const answer = await ask('recommend-products', { ...question, ...repeated }, signal)
      if (signal.aborted) return
      shown = answer
      refused = undefined
      explain(undefined)
      show(answer)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof NoAnswer && error.isFinal) refused = scored
      explain(error)
    }
  }
  watchStatus(status => {
    scored = scoringOf(status)
    const everyMs = refused === scored ? REFUSED_MS : REFRESH_MS
    if (Date.now() - readAt > everyMs) void read()
  }, signal)

  /**
   * Says what became of a product of the list, and asks until the list has followed. @throws NoAnswer where it could not be said
   *
   * @param {string} productId
   * @param {'order' | 'dismiss'} action
   * @returns {Promise<number | undefined>} after how many milliseconds it had followed; undefined where it stayed as it was
   */
  return async function send(productId, action) {
    if (!shown) return undefined
    const { propositionsId } = shown
    const before = rankingOf(shown)
    const sentAt = performance.now()
    await ask('proposition-feedback', { propositionsId, productId, action }, signal)
    for (;;) {
      await read()
      const tookMs = performance.now() - sentAt
      if (rankingOf(shown) !== before) return tookMs
      if (signal.aborted || tookMs > LOOK_FOR_MS) return undefined
      await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
}

/** @param {PropositionsAnswer} answer */
const rankingOf = ({ propositions }) =>
  JSON.stringify(propositions.map(({ productId, score, because }) => [productId, score, because]))

/** Another text after each scoring or promotion. @param {Status} status */
function scoringOf({ jobs }) {
  const ended = jobs.flatMap(job =>
    /-propositions$/.test(job.function) && job.finishedAt ? job.finishedAt : [],
  )
  return ended.sort().at(-1) ?? ''
}

/** Where a list is shown. @param {Record<string, string | null | undefined>} asked what is empty is left out */
export function hrefOf(asked) {
  const said = Object.entries(asked).flatMap(([name, value]) => (value ? [[name, value]] : []))
  return said.length > 0 ? `/propositions?${new URLSearchParams(said)}` : '/propositions'
}
