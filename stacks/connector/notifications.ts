import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Settings } from '../../shared/config/index.ts'
import { ConfigError } from '../../shared/errors/index.ts'

export type NotificationOptions = {
  host: string
  port: number
  /** Called for each notification. */
  wake(): void
}

/** Where to listen for them, if set. */
export function readNotificationAddress({
  HOST,
  OBJECT_EVENTS_PORT,
}: Settings): Pick<NotificationOptions, 'host' | 'port'> | undefined {
  return OBJECT_EVENTS_PORT === undefined ? undefined : { host: HOST, port: OBJECT_EVENTS_PORT }
}

/**
 * Receives notifications from an object storage. Any POST is one, and its body is not read: each vendor has
 * its own format, and the listing says what is new.
 * @throws ConfigError where the port cannot be listened on
 */
export async function listenForNotifications({
  host,
  port,
  wake,
}: NotificationOptions): Promise<{ close(): void }> {
  const server = createServer((request, response) => {
    const isNotification = request.method === 'POST'
    request.resume()
    response.writeHead(isNotification ? 200 : 405, { 'content-length': 0 }).end()
    if (isNotification) wake()
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
