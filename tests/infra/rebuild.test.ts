import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import { openBus } from '../../shared/bus/index.ts'
import { SecretUrl } from '../../shared/config/index.ts'
import { type KafkaServer, startKafka } from '../../stacks/infra/kafka.ts'
import { testRebuild } from '../support/rebuild.ts'

const home = mkdtempSync(join(tmpdir(), 'cordage-rebuild-'))
let kafka: KafkaServer
before(async () => {
  kafka = await startKafka({ home })
})
after(async () => {
  await kafka.stop()
  rmSync(home, { recursive: true, force: true })
})

testRebuild({
  openBus: store => openBus(new SecretUrl(kafka.url), store),
  async cutLog(_store, { name, partitions }, offset) {
    const admin = new Kafka({ brokers: [kafka.broker], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    await admin.fetchTopicMetadata({ topics: [name] })
    await admin.deleteTopicRecords({
      topic: name,
      partitions: Array.from({ length: partitions }, (_, partition) => ({
        partition,
        offset: String(offset),
      })),
    })
    await admin.disconnect()
  },
})
