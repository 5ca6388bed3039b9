import { appendFile, mkdir, rename, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Settings } from '../config/index.ts'
import { describeError } from '../errors/index.ts'
import { type Logger, makeCounter } from '../telemetry/index.ts'
import type { RunEvent } from './events.ts'

/** Events that wait to be sent; further ones are dropped. */
const MAX_WAITING = 5000
/** A server that takes longer is as good as gone: nobody waits for lineage. */
const SEND_TIMEOUT_MS = 1000
/** A file that is longer is put aside, under a number; so many of these are kept. */
const MAX_FILE_BYTES = 4 * 1024 * 1024
const KEPT_FILES = 4

const dropped = makeCounter({
  name: 'cordage_lineage_events_dropped_total',
  help: 'Lineage events that could not be written or sent: LINEAGE_URL is away, refuses them, or is too slow',
})

export type Sink = {
  /** Never waits and never throws. */
  send(events: RunEvent[]): void
  /** Sends what waits, for as long as that works. */
  close(): Promise<void>
}

/** Where LINEAGE_URL points to: a file, or an OpenLineage server. An event that cannot be sent is dropped and counted. */
export function openSink(settings: Settings, log: Logger): Sink {
  const write = settings.LINEAGE_URL?.scheme.startsWith('http')
    ? makePost(settings.LINEAGE_URL.reveal())
    : makeAppend(
        settings.LINEAGE_URL
          ? fileURLToPath(settings.LINEAGE_URL.reveal())
          : resolve(settings.CORDAGE_HOME, 'lineage'),
      )
  const waiting: RunEvent[] = []
  let isFailing = false
  let sending: Promise<void> | undefined
  const sendAll = async () => {
    while (waiting.length > 0) {
      const events = write.takesMany ? waiting.splice(0) : waiting.splice(0, 1)
      try {
        await write(events)
        isFailing = false
      } catch (error) {
        dropped.inc(events.length)
        // Once: until it works again, the counter goes on.
        if (!isFailing)
          log.warn(
            { url: String(settings.LINEAGE_URL ?? ''), problem: describeError(error) },
            'lineage is not sent',
          )
        isFailing = true
      }
    }
    sending = undefined
  }
  return {
    send(events) {
      const room = Math.max(0, MAX_WAITING - waiting.length)
      dropped.inc(Math.max(0, events.length - room))
      waiting.push(...events.slice(0, room))
      sending ??= sendAll()
    },
    async close() {
      // A server that is away would take a second for each.
      if (isFailing) dropped.inc(waiting.splice(0).length)
      await sending
    },
  }
}

type Write = ((events: RunEvent[]) => Promise<void>) & { takesMany?: boolean }

/** Adds lines to `events.ndjson` in a folder. */
function makeAppend(folder: string): Write {
  const file = join(folder, 'events.ndjson')
  const append: Write = async events => {
    await mkdir(dirname(file), { recursive: true })
    const { size } = await stat(file).catch(() => ({ size: 0 }))
    if (size > MAX_FILE_BYTES) await putAside(file)
    await appendFile(file, events.map(event => `${JSON.stringify(event)}\n`).join(''))
  }
  append.takesMany = true
  return append
}

/** `events.ndjson` becomes `events.ndjson.1`, that `.2`, and so on; the last is overwritten. */
async function putAside(file: string): Promise<void> {
  for (let number = KEPT_FILES; number > 0; number--)
    await rename(number === 1 ? file : `${file}.${number - 1}`, `${file}.${number}`).catch(error => {
      // Another process has just done it, or there are not so many yet.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    })
}

/** Posts to a server of OpenLineage's API. A password in its URL is the access token. */
function makePost(given: string): Write {
  const url = new URL(given)
  const token = decodeURIComponent(url.password)
  url.username = ''
  url.password = ''
  const endpoint = `${url.href.replace(/\/+$/, '')}/api/v1/lineage`
  return async ([event]) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    })
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`it answers ${response.status}`)
  }
}
