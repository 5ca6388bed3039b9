import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export type Request = { id: number; text: string }
export type Response = { id: number; vector: Float32Array } | { id: number; problem: string }

type Waiting = { resolve(vector: Float32Array): void; reject(error: Error): void }

/** In a bundle the thread's code is beside index.js, in a checkout beside this file. */
const CODE = new URL(`./embed-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

export type EmbedThread = Awaited<ReturnType<typeof startEmbedThread>>

/**
 * A model in a thread of its own: it computes for milliseconds, in which everything else in this process would stand still.
 * @throws what loading it throws
 */
export async function startEmbedThread(folder: string, name: string) {
  let thread = start(folder, name)
  await thread
  return {
    /** A thread that has ended is started again by the next text. */
    async embed(text: string): Promise<Float32Array> {
      if ((await thread).hasEnded()) thread = start(folder, name)
      return await (await thread).embed(text)
    },
    close: async () => (await thread).close(),
  }
}

async function start(folder: string, name: string) {
  const worker = new Worker(CODE, { workerData: { folder, name } })
  const waiting = new Map<number, Waiting>()
  let hasEnded = false
  let last = 0
  const ready = Promise.withResolvers<void>()
  const end = (error: Error) => {
    hasEnded = true
    ready.reject(error)
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.on('error', error => end(new Error(`the model ${name} has stopped`, { cause: error })))
  worker.on('exit', code => end(new Error(`the model ${name} has stopped with ${code}`)))
  worker.on('message', (message: 'ready' | Response) => {
    if (message === 'ready') return ready.resolve()
    const { resolve, reject } = waiting.get(message.id) as Waiting
    waiting.delete(message.id)
    // With nothing to do it holds up no process that would end.
    if (waiting.size === 0) worker.unref()
    if ('vector' in message) resolve(message.vector)
    else reject(new Error(`the model ${name} made no vector: ${message.problem}`))
  })
  await ready.promise
  worker.unref()
  return {
    hasEnded: () => hasEnded,
    embed(text: string): Promise<Float32Array> {
      worker.ref()
      const id = ++last
      const { promise, resolve, reject } = Promise.withResolvers<Float32Array>()
      waiting.set(id, { resolve, reject })
      worker.postMessage({ id, text } satisfies Request)
      return promise
    },
    /** Lets it finish: a thread that is cut off within a model takes the process with it. */
    async close(): Promise<void> {
      if (hasEnded) return
      worker.ref()
      worker.postMessage('close')
      await once(worker, 'exit')
    },
  }
}
