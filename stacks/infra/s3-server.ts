import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { takeFreePort } from '../../shared/store/embedded.ts'
import type { Server } from './server.ts'

/** An S3 server of the development stack. */
export type S3Server = Server & {
  endpoint: string
  accessKeyId: string
  secretAccessKey: string
  /** Makes the bucket where it is not there. @returns its OBJECTS_URL, as reached through `endpoint` where that is given */
  bucket(name: string, endpoint?: string): Promise<string>
}

/** Where a server runs and with which keys: given again, a stopped server continues where it was. */
export type S3ServerOptions = {
  home: string
  port?: number
  accessKeyId?: string
  secretAccessKey?: string
  /** A URL to which new objects are announced. */
  notify?: string
}

export async function chooseIdentity({ home, port, accessKeyId, secretAccessKey }: S3ServerOptions) {
  mkdirSync(home, { recursive: true })
  return {
    port: port ?? (await takeFreePort()),
    accessKeyId: accessKeyId ?? randomBytes(10).toString('hex'),
    // With signs that a URL has other uses for, as those that servers make.
    secretAccessKey: secretAccessKey ?? `${randomBytes(20).toString('base64')}/+`,
  }
}

export type Identity = Awaited<ReturnType<typeof chooseIdentity>>

export const endpointOf = ({ port }: { port: number }) => `http://127.0.0.1:${port}`

export function asS3Server(server: Server, identity: Identity): S3Server {
  const { accessKeyId, secretAccessKey } = identity
  const endpoint = endpointOf(identity)
  return {
    ...server,
    endpoint,
    accessKeyId,
    secretAccessKey,
    async bucket(name, through = endpoint) {
      const client = new S3Client({
        endpoint,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials: { accessKeyId, secretAccessKey },
      })
      try {
        await client.send(new CreateBucketCommand({ Bucket: name }))
      } catch (error) {
        if ((error as Error).name !== 'BucketAlreadyOwnedByYou') throw error
      } finally {
        client.destroy()
      }
      const userInfo = `${encodeURIComponent(accessKeyId)}:${encodeURIComponent(secretAccessKey)}`
      return `s3://${userInfo}@${name}?endpoint=${encodeURIComponent(through)}&region=us-east-1`
    },
  }
}
