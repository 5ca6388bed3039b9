import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { asS3Server, chooseIdentity, endpointOf, type S3Server, type S3ServerOptions } from './s3-server.ts'
import { startServer, TOOLS } from './server.ts'

/** Versity Gateway on one folder, whose files are the objects, on loopback. */
export async function startVersity(options: S3ServerOptions): Promise<S3Server> {
  const identity = await chooseIdentity(options)
  const data = join(options.home, 'data')
  mkdirSync(data, { recursive: true })
  const server = await startServer({
    name: 'versitygw',
    command: join(TOOLS, 'bin', 'versitygw'),
    args: [
      ...['--port', `127.0.0.1:${identity.port}`, '--keep-alive', '--quiet'],
      ...(options.notify ? ['--event-webhook-url', options.notify] : []),
      ...['posix', data],
    ],
    env: { ROOT_ACCESS_KEY: identity.accessKeyId, ROOT_SECRET_KEY: identity.secretAccessKey },
    home: options.home,
    isReady: () => fetch(endpointOf(identity)),
  })
  return asS3Server(server, identity)
}
