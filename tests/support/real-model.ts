import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { SecretUrl } from '../../shared/config/index.ts'
import { checkSentence } from '../../shared/reports/claims/index.ts'
import type { Fact, Language, Statement } from '../../shared/reports/facts.ts'
import { type Rewritten, rewrite } from '../../shared/reports/rewrite/index.ts'
import { ROOT } from './postgres.ts'

/** What runs the model takes a second or two to start. */
const START_MS = 60_000

export type RealModel = { url: string; stop(): Promise<void> }

/** llama.cpp's server with SmolLM2-135M-Instruct, on loopback. */
export async function startRealModel(): Promise<RealModel> {
  const child = spawn(join(ROOT, '.venvs/llm/bin/python'), [join(ROOT, 'tests/support/serve_llm.py')], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const ended = once(child, 'exit')
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const lines = createInterface({ input: child.stdout })
  try {
    const [url] = (await Promise.race([
      once(lines, 'line', { signal: AbortSignal.timeout(START_MS) }),
      ended.then(([code]) => Promise.reject(new Error(`the model's server ended with ${code}`))),
    ])) as [string]
    return { url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const INSTRUCTION = 'Rewrite this sentence with other words. Answer with the sentence alone.'

/**
 * A server that asks the model for each statement by itself and puts its sentences into the form of an answer, which a model as
 * small as that never does: so that its sentences are read at all.
 */
export async function startSentences(model: string): Promise<RealModel> {
  const server = createServer(async (request, response) => {
    const { messages } = JSON.parse(await readBody(request)) as { messages: { content: string }[] }
    const task = JSON.parse(messages.at(-1)?.content ?? '{}') as {
      statements: { id: string; text: string }[]
      refused?: unknown[]
    }
    const sentences = []
    for (const { id, text } of task.statements) {
      // Asked for once more it is to say something else.
      const said = await ask(model, text, task.refused ? 0.8 : 0)
      sentences.push({ statements: [id], text: said })
    }
    response.setHeader('content-type', 'application/json')
    const content = JSON.stringify({ sentences })
    response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content } }] }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function readBody(request: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece)
  return Buffer.concat(pieces).toString('utf8')
}

async function ask(model: string, text: string, temperature: number): Promise<string> {
  const response = await fetch(`${model}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      messages: [{ role: 'user', content: `${INSTRUCTION}\n${text}` }],
      ...{ temperature, seed: 1, max_tokens: 80 },
    }),
  })
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] }
  return choices[0]?.message.content ?? ''
}

export type Outcome = Rewritten & { ms: number; asked: number; kept: number; faults: string[] }

/** Rewrites, and looks at what came out as nobody who trusts the rewriter would: `faults` has each sentence that does not hold. */
export async function tryRewrite(
  { statements, facts, language }: { statements: Statement[]; facts: Fact[]; language: Language },
  url: string,
  timeoutMs: number,
): Promise<Outcome> {
  const started = performance.now()
  const llm = { url: new SecretUrl(url), key: undefined, model: undefined, timeoutMs }
  const signal = AbortSignal.timeout(2 * timeoutMs)
  const rewritten = await rewrite(statements, facts, { language, llm, signal })
  const faults = rewritten.sentences.flatMap(sentence => {
    const said = statements.filter(({ id }) => sentence.statements.includes(id))
    if (sentence.by === 'template') return said[0]?.text === sentence.text ? [] : [sentence.text]
    const checked = checkSentence(sentence.text, { statements: said, facts, language })
    return checked.ok && said.every(({ id }) => checked.statements.includes(id)) ? [] : [sentence.text]
  })
  const order = rewritten.sentences.flatMap(sentence => sentence.statements).toSorted()
  if (
    order.join() !==
    statements
      .map(({ id }) => id)
      .toSorted()
      .join()
  )
    faults.push('a statement is left out or said twice')
  const kept = rewritten.sentences.filter(({ by }) => by === 'model').length
  return { ...rewritten, ms: performance.now() - started, asked: statements.length, kept, faults }
}
