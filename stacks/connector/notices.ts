import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Settings } from '../../shared/config/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'

export type NoticeOptions = {
  host: string
  port: number
  /** Called for each notice. */
  wake(): void
}

/** Where they are to be heard, if the settings say so. */
export function readNotices({
  HOST,
  OBJECT_EVENTS_PORT,
}: Settings): Pick<NoticeOptions, 'host' | 'port'> | undefined {
  return OBJECT_EVENTS_PORT === undefined ? undefined : { host: HOST, port: OBJECT_EVENTS_PORT }
}

/**
 * Hears from an object storage that it has something new. Any POST is a notice, and nothing of it is read: each vendor has
 * a body of its own, and what is new a listing says.
 * @throws ConfigError where the port cannot be listened on
 */
export async function hearNotices({ host, port, wake }: NoticeOptions): Promise<{ close(): void }> {
  const server = createServer((request, response) => {
    const isNotice = request.method === 'POST'
    request.resume()
    response.writeHead(isNotice ? 200 : 405, { 'content-length': 0 }).end()
    if (isNotice) wake()
  })
  server.listen(port, host)
  await once(server, 'listening').catch(cause => {
    throw new ConfigError(`OBJECT_EVENTS_PORT: cannot listen on ${host}, port ${port}: ${cause.code}`, {
      cause,
    })
  })
  return {
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
