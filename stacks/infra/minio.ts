import { join } from 'node:path'
import { asS3Server, chooseIdentity, endpointOf, type S3Server, type S3ServerOptions } from './s3-server.ts'
import { startServer, TOOLS } from './server.ts'

/** MinIO on one folder, on loopback. */
export async function startMinio(options: S3ServerOptions): Promise<S3Server> {
  const identity = await chooseIdentity(options)
  const address = `127.0.0.1:${identity.port}`
  const server = await startServer({
    name: 'minio',
    command: join(TOOLS, 'bin', 'minio'),
    args: [
      'server',
      '--quiet',
      '--address',
      address,
      '--console-address',
      '127.0.0.1:0',
      join(options.home, 'data'),
    ],
    env: {
      MINIO_ROOT_USER: identity.accessKeyId,
      MINIO_ROOT_PASSWORD: identity.secretAccessKey,
      MINIO_UPDATE: 'off',
      MINIO_CALLHOME_ENABLE: 'off',
      HOME: options.home,
      ...(options.notify && {
        MINIO_NOTIFY_WEBHOOK_ENABLE_CORDAGE: 'on',
        MINIO_NOTIFY_WEBHOOK_ENDPOINT_CORDAGE: options.notify,
      }),
    },
    home: options.home,
    isReady: async () => {
      const { ok } = await fetch(`${endpointOf(identity)}/minio/health/cluster`)
      if (!ok) throw new Error('not yet')
    },
  })
  return asS3Server(server, identity)
}
