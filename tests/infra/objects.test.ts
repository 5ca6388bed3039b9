import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3'
import { type ObjectStore, openObjects } from '../../shared/objects/index.ts'
import { startMinio } from '../../stacks/infra/minio.ts'
import type { S3Server } from '../../stacks/infra/s3-server.ts'
import { startVersity } from '../../stacks/infra/versity.ts'
import { testObjects } from '../support/objects.ts'

const BUCKET = 'objects'

for (const [name, start] of Object.entries({ MinIO: startMinio, 'Versity Gateway': startVersity }))
  describe(name, () => {
    let home: string
    let server: S3Server
    let objects: ObjectStore

    before(async () => {
      home = await mkdtemp(join(tmpdir(), 'cordage-s3-'))
      server = await start({ home })
      objects = openObjects(await server.bucket(BUCKET))
    })
    after(async () => {
      await server?.stop()
      await rm(home, { recursive: true, force: true })
    })

    const leftovers = async () => {
      const { endpoint, accessKeyId, secretAccessKey } = server
      const client = new S3Client({
        endpoint,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials: { accessKeyId, secretAccessKey },
      })
      try {
        return (await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))).Uploads ?? []
      } finally {
        client.destroy()
      }
    }

    testObjects(() => ({ objects, leftovers }))
  })
