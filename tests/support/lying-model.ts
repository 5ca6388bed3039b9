import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

type Prompt = { statements: { id: string; text: string }[] }
/** What it says for a statement's template; undefined: nothing. */
export type Speaker = (template: string) => string | undefined

export type LyingModel = { url: string; close(): Promise<void> }

/** A server with the API of OpenAI on loopback, which answers every prompt in the form that it asks for. */
export async function startLyingModel(speak: () => Speaker): Promise<LyingModel> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', piece => {
      body += piece
    })
    request.on('end', () => {
      const { messages } = JSON.parse(body) as { messages: { role: string; content: string }[] }
      const prompt = JSON.parse(messages.at(-1)?.content ?? '{}') as Prompt
      const sentences = prompt.statements.flatMap(({ id, text }) => {
        const said = speak()(text)
        return said === undefined ? [] : [{ statements: [id], text: said }]
      })
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({
          id: 'x',
          object: 'chat.completion',
          choices: [
            {
              index: 0,
              finish_reason: 'stop',
              message: { role: 'assistant', content: JSON.stringify({ sentences }) },
            },
          ],
        }),
      )
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
