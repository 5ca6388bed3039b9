import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings } from '../../shared/config/index.ts'
import { exitWith } from '../../shared/contract/index.ts'
import { takeFreePort } from '../../shared/store/embedded.ts'
import { startConnect } from './connect.ts'
import { startKafka } from './kafka.ts'
import { startMinio } from './minio.ts'
import { chooseIdentity } from './s3-server.ts'
import type { Server } from './server.ts'
import { startTrino } from './trino.ts'

/**
 * `make infra`: Kafka, Connect with Debezium, MinIO and Trino on one machine, with the settings that point Cordage at them,
 * until SIGINT or SIGTERM. For development: one of each, on loopback, without passwords but MinIO's. State, ports and keys
 * stay in `infra/` under CORDAGE_HOME.
 */
const running: Server[] = []
const stop = async () => {
  for (const server of running.splice(0).reverse()) await server.stop()
}
const print = (line: string) => process.stdout.write(`${line}\n`)

/** Where everything is, the same at each start. */
async function choosePlaces(home: string) {
  const file = join(home, 'infra.json')
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Awaited<ReturnType<typeof makePlaces>>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const places = await makePlaces(home)
  writeFileSync(file, JSON.stringify(places, undefined, 2), { mode: 0o600 })
  return places
}

async function makePlaces(home: string) {
  const [kafka, connect, trino] = [await takeFreePort(), await takeFreePort(), await takeFreePort()]
  return { kafka, connect, trino, minio: await chooseIdentity({ home: join(home, 'minio') }) }
}

async function start(): Promise<void> {
  const home = join(readSettings().CORDAGE_HOME, 'infra')
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const places = await choosePlaces(home)
  const begin = async <T extends Server>(server: Promise<T>): Promise<T> => {
    const started = await server
    running.push(started)
    return started
  }

  const minio = await begin(startMinio({ home: join(home, 'minio'), ...places.minio }))
  const objects = await minio.bucket('cordage')
  await minio.bucket('trino')
  print(`MinIO    ${minio.endpoint}, bucket cordage`)
  const kafka = await begin(startKafka({ home: join(home, 'kafka'), port: places.kafka }))
  print(`Kafka    ${kafka.broker}`)
  const connect = await begin(
    startConnect({ home: join(home, 'connect'), broker: kafka.broker, port: places.connect }),
  )
  print(`Connect  ${connect.url}, with Debezium: npm run debezium -- <system> (docs/kafka.md)`)
  const { endpoint, accessKeyId: accessKey, secretAccessKey: secretKey } = minio
  const trino = await begin(
    startTrino({
      home: join(home, 'trino'),
      port: places.trino,
      s3: { endpoint, region: 'us-east-1', accessKey, secretKey, metastore: 's3://trino/metastore' },
    }),
  )
  print(`Trino    http://127.0.0.1:${places.trino}, catalog lake`)
  print(`export BUS_URL='${kafka.url}'`)
  print(`export OBJECTS_URL='${objects}'`)
  print(`export WAREHOUSE_URL='${trino.url}'`)
  print('Ctrl-C stops it all')
}

try {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      stop().then(() => process.exit(0), exitWith)
    })
  await start()
} catch (error) {
  await stop().catch(() => {})
  exitWith(error)
}
