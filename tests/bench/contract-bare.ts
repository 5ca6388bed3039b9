import { createServer } from 'node:http'

/** The same as greet-bench/handler.ts by hand: JSON in, checked, JSON out, and nothing else that the contract does. */
createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { name, times = 1 } = JSON.parse(Buffer.concat(chunks).toString()) as {
      name: unknown
      times?: unknown
    }
    const isGood =
      typeof name === 'string' &&
      name.length >= 1 &&
      name.length <= 100 &&
      typeof times === 'number' &&
      times >= 1 &&
      times <= 10
    const body = JSON.stringify(
      isGood ? { greetings: Array.from({ length: times }, () => `Hello, ${name}`) } : { error: 'bad input' },
    )
    response.writeHead(isGood ? 200 : 400, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    })
    response.end(body)
  })
}).listen(Number(process.env.PORT), '127.0.0.1')
