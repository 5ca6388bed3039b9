import { Kafka } from 'kafkajs'
import type { SecretUrl } from '../config/index.ts'
import { ConfigError } from '../errors/index.ts'
import type { WantedTopic } from './bus.ts'
import { attempt, describe, firstOf, MAX_MESSAGE_BYTES, refuseUnfit } from './kafka-bus.ts'
import { readKafkaUrl } from './kafka-client.ts'
import { withAdmin } from './kafka-reader.ts'

export type KafkaReport = {
  brokers: number
  /** What keeps Cordage from working there. */
  problems: string[]
  /** What keeps large rows from working. */
  warnings: string[]
}

/** A probe's name must be one that the user is given rights for. */
const PROBE = 'cdc.cordage-doctor.probe'
/** Kafka's number for the settings of a broker (ConfigResourceTypes); 2 stands for those of a topic. */
const BROKER = 4

/**
 * Checks a Kafka without changing anything there: who answers, whether existing topics fit, whether those that
 * are missing may be created, and how large a message may be.
 * @throws ConfigError or OutageError where it cannot be reached as the URL says
 */
export async function checkKafka(url: SecretUrl, wanted: WantedTopic[]): Promise<KafkaReport> {
  const { client, replication } = readKafkaUrl(url)
  const kafka = new Kafka(client)
  return await attempt(url, () =>
    withAdmin(kafka, async admin => {
      const { brokers } = await admin.describeCluster()
      const found = await describe(admin, wanted)
      const problems: string[] = []
      const warnings: string[] = []
      for (const topic of wanted)
        try {
          refuseUnfit(topic, found.get(topic.name))
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error
          problems.push(error.message)
        }
      const missing = wanted.filter(({ name }) => !found.has(name)).map(({ name }) => name)
      const topics = (missing.length > 0 ? missing : [PROBE]).map(topic => ({
        topic,
        numPartitions: 1,
        replicationFactor: replication,
      }))
      await admin.createTopics({ topics, validateOnly: true, waitForLeaders: false }).catch(error => {
        // If all topics exist, the right to create them is only needed when a table is added.
        const says = `its user may not create topics: ${firstOf(error).message}`
        if (missing.length > 0) problems.push(`${says}; missing are ${missing.join(', ')}`)
        else warnings.push(says)
      })
      for (const [name, { maxBytes }] of found)
        if (maxBytes < MAX_MESSAGE_BYTES)
          warnings.push(
            `topic ${name} takes messages of up to ${maxBytes} bytes: larger rows would stop it; set its max.message.bytes to ${MAX_MESSAGE_BYTES}`,
          )
      const limit = await readBroker(admin, brokers[0]?.nodeId ?? 0, 'socket.request.max.bytes')
      if (limit !== undefined && limit < MAX_MESSAGE_BYTES)
        warnings.push(
          `its brokers take requests of up to ${limit} bytes: set socket.request.max.bytes to more than ${MAX_MESSAGE_BYTES}`,
        )
      return { brokers: brokers.length, problems, warnings }
    }),
  )
}

/** A number among a broker's settings; undefined where the user may not see them. */
async function readBroker(
  admin: ReturnType<Kafka['admin']>,
  node: number,
  name: string,
): Promise<number | undefined> {
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: BROKER, name: String(node), configNames: [name] }],
    })
    const value = resources[0]?.configEntries[0]?.configValue
    return value === undefined ? undefined : Number(value)
  } catch {
    return undefined
  }
}
