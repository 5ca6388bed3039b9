import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { type Endpoint, serveConnection } from './connection.ts'

export type TdsServer = {
  port: number
  /** Cuts all connections, as a failover does. */
  cutAll(): void
  close(): Promise<void>
}

/** Listens on loopback; port 0 takes a free one. */
export async function listen(endpoint: Endpoint, port = 0): Promise<TdsServer> {
  const connections = new Set<{ cut(): void }>()
  const server = createServer(socket => {
    const connection = serveConnection(socket, endpoint)
    connections.add(connection)
    socket.on('close', () => connections.delete(connection))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const cutAll = () => {
    for (const { cut } of connections) cut()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cutAll,
    async close() {
      const closed = once(server, 'close')
      server.close()
      cutAll()
      await closed
    },
  }
}
