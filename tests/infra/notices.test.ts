import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { PutBucketNotificationConfigurationCommand, S3Client } from '@aws-sdk/client-s3'
import { openObjects } from '../../shared/objects/index.ts'
import { takeFreePort } from '../../shared/store/embedded.ts'
import { listenForNotifications } from '../../stacks/connector/notifications.ts'
import type { S3Server } from '../../stacks/infra/s3-server.ts'
import { waitFor } from '../support/demo.ts'
import { onEachStore } from './stores.ts'

const BUCKET = 'noticed'

onEachStore(store => {
  let server: S3Server
  let notifications: Awaited<ReturnType<typeof listenForNotifications>>
  let heard = 0
  before(async () => {
    const port = await takeFreePort()
    // First, because a server may try what it is to tell.
    notifications = await listenForNotifications({ host: '127.0.0.1', port, wake: () => (heard += 1) })
    const notify = `http://127.0.0.1:${port}/`
    server = await store.start({ home: join(store.home, 'noticed'), notify })
  })
  after(async () => {
    await server?.stop()
    notifications.close()
  })

  test('an object that was written is announced', async () => {
    const objects = openObjects(await server.bucket(BUCKET))
    if (store.name === 'MinIO') await askForNotices(server)
    heard = 0
    await objects.put('inbox/a', 'one')
    await waitFor('a notification', async () => heard > 0, 20_000)
    assert.deepEqual(
      (await Array.fromAsync(objects.list('inbox/'))).map(({ key }) => key),
      ['inbox/a'],
    )
  })
})

/** What `mc event add` does: on MinIO a bucket says whom it tells. */
async function askForNotices({ endpoint, accessKeyId, secretAccessKey }: S3Server): Promise<void> {
  const credentials = { accessKeyId, secretAccessKey }
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  try {
    await client.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: BUCKET,
        NotificationConfiguration: {
          QueueConfigurations: [
            { QueueArn: 'arn:minio:sqs::CORDAGE:webhook', Events: ['s3:ObjectCreated:*'] },
          ],
        },
      }),
    )
  } finally {
    client.destroy()
  }
}
