import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A receiver of webhooks on loopback. Tests change what it answers while it runs. */
export async function startWebhook() {
  const received: { path: string; headers: IncomingHttpHeaders; body: Record<string, unknown> }[] = []
  const answer: { status: number; text: string; headers: Record<string, string> } = {
    status: 200,
    text: 'ok',
    headers: {},
  }
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await Array.fromAsync(request)).toString()
    received.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(text) })
    response.writeHead(answer.status, answer.headers).end(answer.text)
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    received,
    answer,
    url: (path: string) => `http://127.0.0.1:${port}${path}`,
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
