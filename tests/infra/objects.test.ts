import { before } from 'node:test'
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3'
import { type ObjectStore, openObjects } from '../../shared/objects/index.ts'
import { testObjects } from '../support/objects.ts'
import { onEachStore } from './stores.ts'

const BUCKET = 'objects'

onEachStore(store => {
  let objects: ObjectStore
  before(async () => {
    objects = openObjects(await store.server.bucket(BUCKET))
  })

  const leftovers = async () => {
    const { endpoint, accessKeyId, secretAccessKey } = store.server
    const credentials = { accessKeyId, secretAccessKey }
    const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
    try {
      return (await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))).Uploads ?? []
    } finally {
      client.destroy()
    }
  }

  testObjects(() => ({ objects, leftovers }))
})
